"""Every problem of a submission as a CSV file: nothing capped, in the reader's language.

Belongs here: which columns the list has. Does not belong here: the sentences (problem_words) and
the safety of the cells (safe_csv).
"""

import json
from collections.abc import Iterator

from data_contracts.problems import IDENTIFIER
from reports.pages.problem_words import PLACE, ProblemWords, Sentences, problem_facts
from reports.pages.safe_csv import csv_bytes
from reports.pages.submission_case import Case, Row, Rows
from reports.pages.visible_text import plain_value, unquoted
from reports.words import Words

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
)


def problem_list(case: Case) -> bytes:
    """All problems of a submission as CSV bytes, in the order in which they were found."""
    lookup = ProblemWords(case.words, case.edition.registers)
    header = [case.words.text(f"stewards.list.{name}") for name in COLUMNS]
    return csv_bytes(header, _rows(lookup, case.this["workstream"], case.problems))


def _rows(
    lookup: ProblemWords, workstream: str | None, problems: Rows
) -> Iterator[tuple[object, ...]]:
    said: dict[tuple[object, ...], Sentences] = {}
    for problem in problems:
        facts = problem_facts(problem)
        key = (problem["code"], problem["facts"], *(facts.get(name) for name in PLACE))
        if key not in said:
            said[key] = lookup.sentences(workstream, problem["code"], facts)
        yield _row(lookup, problem, said[key])


def _row(lookup: ProblemWords, problem: Row, sentences: Sentences) -> tuple[object, ...]:
    notes = lookup.notes(problem["code"], json.loads(problem["facts"]))
    return (
        _shown(lookup.words, problem["sheet"]),
        problem["cell"],
        problem["row"],
        _shown(lookup.words, problem["column"]),
        None if problem["code"] == IDENTIFIER.code else _shown(lookup.words, problem["value"]),
        unquoted(sentences.title),
        unquoted(sentences.expected or ""),
        unquoted(sentences.cause),
        unquoted(sentences.mend),
        lookup.words.text(f"stewards.effect.{problem['scope']}"),
        "; ".join(f"{unquoted(note.label)}: {unquoted(note.text)}" for note in notes),
        problem["code"],
    )


def _shown(words: Words, text: str | None) -> str | None:
    return None if text is None else plain_value(words, text)
