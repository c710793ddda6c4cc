"""The page of a file that was only checked at somebody's desk, as one file that works offline.

Belongs here: what differs from the page of a file that was sent: nothing counts, there are no other
files, nothing can be answered yet. Does not belong here: checking (assets/steps/desk.py), the case
of such a file (reports/workbook/tried_case.py).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import polars as pl

from reports.pages.frame import frame_of
from reports.pages.render import STATIC, render
from reports.pages.single_file import single_file
from reports.pages.submission import SubmissionPage, submission_page
from reports.pages.submission_case import Case
from reports.pages.submission_history import spoken_moment
from reports.pages.submission_outcome import Line
from reports.pages.tried_sentences import tried_deadline, tried_lines, tried_steps
from reports.pages.visible_text import sentence_parts


def desk_page(case: Case, sheet_rows: pl.DataFrame | None = None) -> str:
    """The page of a tried file with all that it needs inside; its list of problems among it.

    `sheet_rows` as in `submission_page`. Raises KeyError for a problem without words.
    """
    page = _of_desk(submission_page(case, sheet_rows), case)
    # There are no other pages to lead to, and no report with a month.
    frame = replace(frame_of(case.edition, case.words, page.name), links=(), month="")
    made = render("submission.html.jinja", words=case.words, page=page, frame=frame)

    def read(path: str) -> bytes:
        if path in page.files:
            return page.files[path]
        return (STATIC / PurePosixPath(path).name).read_bytes()

    return single_file(made.decode("utf-8"), read)


def _of_desk(page: SubmissionPage, case: Case) -> SubmissionPage:
    words = case.words
    return replace(
        page,
        received=words.text("desk.checked", when=spoken_moment(words, case.this["arrived"])),
        lines=tuple(map(Line, tried_lines(case))),
        deadline=tried_deadline(case),
        check_sub=words.text("desk.check_sub"),
        workbook_href="",
        steps=tuple(tried_steps(case)),
        has_months=False,
        history=(),
        quote=sentence_parts(words, words.text("desk.quote")),
    )
