"""Cases of a kind of problem that have sentences of their own, and advice that can be followed."""

import pytest

from data_contracts import problems
from data_contracts.problems import CASES, Problem, problems_frame
from reports.edition import Edition
from reports.pages.problem_words import ProblemWords, Sentences, problem_facts
from reports.pages.visible_text import unquoted
from reports.words import Words


def told(edition: Edition, words: Words, problem: Problem) -> Sentences:
    (row,) = problems_frame([problem]).to_dicts()
    lookup = ProblemWords(words, edition.registers)
    return lookup.sentences("falls", problem.kind.code, problem_facts(row))


def test_a_pdf_is_called_one(edition: Edition, english: Words) -> None:
    said = told(edition, english, Problem(problems.UNDECODABLE, "s", facts={"case": "pdf"}))
    assert said.title == "The file is a PDF, not a CSV file"
    plain = told(edition, english, Problem(problems.UNDECODABLE, "s"))
    assert plain.title == "The letters in the file cannot be read"


def test_other_names_are_told_beside_the_agreed_ones(edition: Edition, english: Words) -> None:
    facts = {"case": "other_names", "found": ("Board", "Falls"), "agreed": ("organisation_code",)}
    said = told(edition, english, Problem(problems.NO_HEADER, "s", facts=facts))
    assert said.title == "The names of the columns are not the agreed ones"
    assert unquoted(said.expected or "") == "These names: organisation_code."
    assert unquoted(said.cause) == (
        "The names found are Board, Falls, so we cannot tell which figure is which."
    )


def test_at_a_desk_nothing_is_said_of_folders(edition: Edition, english: Words) -> None:
    facts = {"folder": "unknown", "case": "desk"}
    said = told(edition, english, Problem(problems.UNKNOWN_SUBMITTER, "s", facts=facts))
    assert said.title == "The file's name does not say who sends it"
    assert "folder" not in f"{said}"
    assert said.mend.endswith("safecare check FILE --sender 7A4.")


def test_a_long_cell_is_not_called_a_quotation_mark(edition: Edition, english: Words) -> None:
    facts = {"reason": "cell_too_long"}
    said = told(edition, english, Problem(problems.UNREADABLE, "s", facts=facts))
    assert said.cause.startswith("A cell holds far more text than")


def test_values_that_name_a_person_go_and_an_agreed_column_stays(
    edition: Edition, english: Words
) -> None:
    """Without the column ward_name a file is refused: only a column of one's own can go."""
    problem = Problem(problems.IDENTIFIER, "s", column="ward_name", facts={"kind": "nhs_number"})
    assert told(edition, english, problem).mend == (
        "Tell your information governance lead, delete the values (the whole column, if the return "
        "does not have it) and send a file without them."
    )


def test_an_unknown_case_and_a_lacking_fact_fail_where_the_problem_is_made() -> None:
    with pytest.raises(ValueError, match="has no case gif"):
        Problem(problems.UNDECODABLE, "s", facts={"case": "gif"})
    with pytest.raises(ValueError, match="H04 lacks agreed"):
        Problem(problems.NO_HEADER, "s", facts={"case": "other_names", "found": ("a",)})


def test_every_case_has_its_four_sentences_in_both_languages(english: Words, welsh: Words) -> None:
    for words in (english, welsh):
        for code, cases in CASES.items():
            for case, facts in cases.items():
                for part in ("title", "expected", "cause", "mend"):
                    known = dict.fromkeys((*problems.CATALOGUE[code].facts, *facts), "x")
                    assert words.text(f"problems.cases.{code}.{case}.{part}", **known)
