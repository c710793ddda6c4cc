"""CSV files that open rightly in Excel and run nothing."""

import pytest

from reports.pages.safe_csv import csv_bytes, safe_cell


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("+44 29 2074 7747", "'+44 29 2074 7747"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("  =1", "'  =1"),
        ("\N{FULLWIDTH EQUALS SIGN}1", "'\N{FULLWIDTH EQUALS SIGN}1"),
        ("|cmd", "'|cmd"),
        ("\0=1", "'=1"),
        ("-1", "-1"),
        ("+1.5", "+1.5"),
        ("-1,234", "-1,234"),
        ("<5", "<5"),
        ("7A4BV", "7A4BV"),
        ("", ""),
        (None, ""),
        (12, "12"),
    ],
)
def test_a_cell_is_text_or_a_number_never_a_formula(sent, kept):
    assert safe_cell(sent) == kept


def test_the_bytes_are_what_excel_expects():
    made = csv_bytes(["Cell", "Tŷ"], [("C14", 'a "b", c'), (None, 3)])
    assert made == b'\xef\xbb\xbfCell,T\xc5\xb7\r\nC14,"a ""b"", c"\r\n,3\r\n'
