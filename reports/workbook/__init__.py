"""The annotated workbook: a steward's own sheet, made anew, with what was found in it.

`annotated.py` puts the workbook together from its three kinds of sheet (`summary_sheet.py`,
`error_sheet.py`, `sent_sheet.py`); `error_columns.py` is what a reader of answers needs to know.
"""
