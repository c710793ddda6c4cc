"""Every problem of a submission as a CSV file: nothing capped, in the reader's language.

Belongs here: which columns the list has. Does not belong here: the sentences (problem_words) and
the safety of the cells (safe_csv).
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from data_contracts.problems import IDENTIFIER
from reports.pages.counting_words import counting_sentence, has_counting
from reports.pages.problem_words import PLACE, ProblemWords, Sentences, problem_facts
from reports.pages.safe_csv import csv_bytes
from reports.pages.submission_case import Case, Row, Rows
from reports.pages.visible_text import plain_value
from reports.words import Words
from reports.workbook.cell_text import shown_sentence
from reports.workbook.error_columns import finding_key

COLUMNS = (
    "sheet",
    "cell",
    "row",
    "column",
    "value",
    "title",
    "expected",
    "cause",
    "mend",
    "effect",
    "note",
    "code",
    "answer",
    "submission",
    "key",
)


def problem_list(case: Case, kept: Rows) -> bytes:
    """All problems of a submission as CSV bytes, in the order in which they were found.

    `kept` are the same problems as the night kept them: an answer is joined to its question by a
    key of that, whatever a page adds to show where a cell stands.
    """
    lookup = ProblemWords(case.words, case.edition.registers)
    header = [case.words.text(f"stewards.list.{name}") for name in COLUMNS]
    return csv_bytes(header, _rows(lookup, case, kept))


def _rows(lookup: ProblemWords, case: Case, kept: Rows) -> Iterator[tuple[object, ...]]:
    said: dict[tuple[object, ...], Sentences] = {}
    workstream, problems = case.this["workstream"], case.problems
    counting = counting_sentence(case)
    # Where one cell may name a person, no cell of the file is repeated.
    hides_values = any(problem["code"] == IDENTIFIER.code for problem in problems)
    for problem, original in zip(problems, kept, strict=True):
        facts = problem_facts(problem)
        key = (problem["code"], problem["facts"], *(facts.get(name) for name in PLACE))
        if key not in said:
            told = lookup.sentences(workstream, problem["code"], facts)
            cause = f"{told.cause} {counting}" if has_counting(problem) else told.cause
            said[key] = replace(told, cause=cause)
        row = _row(lookup, problem, said[key], hides_values=hides_values)
        yield (*row, finding_key(original))


def _row(
    lookup: ProblemWords, problem: Row, sentences: Sentences, *, hides_values: bool
) -> tuple[object, ...]:
    notes = lookup.notes(problem["code"], json.loads(problem["facts"]))
    said = partial(shown_sentence, lookup.words)
    return (
        _shown(lookup.words, problem["sheet"]),
        problem["cell"],
        problem["row"],
        _shown(lookup.words, problem["column"]),
        None if hides_values else _shown(lookup.words, problem["value"]),
        said(sentences.title),
        said(sentences.expected or ""),
        said(sentences.cause),
        said(sentences.mend),
        lookup.words.text(f"stewards.effect.{problem['scope']}"),
        "; ".join(f"{said(note.label)}: {said(note.text)}" for note in notes),
        problem["code"],
        # Filled in by whoever answers a question: "this is right because ...".
        problem.get("answer"),
        problem["submission"],
    )


def _shown(words: Words, text: str | None) -> str | None:
    return None if text is None else plain_value(words, text)
