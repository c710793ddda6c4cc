"""Text becomes cells exactly, or is refused with the line at which it stops making sense."""

from __future__ import annotations

import pytest

from assets.steps.read_header import Names
from assets.steps.read_refusal import RefusalError
from assets.steps.read_text import decoded, delimiter_of, split, text_rows
from data_contracts.contract import load_contracts, tables_by_topic

NAMES = Names.of_tables(tables_by_topic(load_contracts()).values())
HEADER = "organisation_code,site_code,ward_code"


def refusal_of(text: str | bytes, delimiter: str = ",") -> tuple[str, str | None, int | None]:
    """Code, reason and row of a refusal."""
    with pytest.raises(RefusalError) as refusal:
        text_rows(text, NAMES) if isinstance(text, bytes) else split(text, delimiter)
    found = refusal.value
    reason = found.facts.get("reason")
    return found.kind.code, None if reason is None else str(reason), found.row


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_rows_end_as_any_system_ends_them(ending: str) -> None:
    assert split(ending.join(["a,b", "1,2", ""]), ",") == [["a", "b"], ["1", "2"]]


def test_quoted_cells_hold_delimiters_marks_and_lines() -> None:
    assert split('a,b\n"1,5","say ""x"""\n"two\nlines",\n', ",") == [
        ["a", "b"], ["1,5", 'say "x"'], ["two\nlines", None],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason", "row"),
    [
        ('a,b\n1,5" pipe\n"2",3\n', "broken_lines", None),
        ('a,b\n1,the "old" ward\n', "lone_quotes", 2),
        ('a,b\n"1","x"y\n"2",3\n', "lone_quotes", 2),
        ('a,b\n1, "x, y"\n', "lone_quotes", 2),
        ('a,b\n"1\n2,3\n', "broken_lines", None),
        ('"a","b"\n"1","say \\"x\\""\n', "lone_quotes", 2),
    ],
    ids=["inch", "in a cell", "after a cell", "after a space", "never closed", "backslash"],
)
def test_a_mark_that_stands_alone_refuses_the_file(text: str, reason: str, row: int | None) -> None:
    assert refusal_of(text) == ("F02", reason, row)


def test_a_row_that_swallowed_others_refuses_the_file() -> None:
    """Two rows each lack a mark's partner, so everything between the two became one cell."""
    assert refusal_of('a;b;c\n1;"2\n3;4;5\n6;7"\n', ";") == ("F02", "broken_lines", 2)


def test_several_lines_in_a_row_of_full_width_are_a_note() -> None:
    assert len(split('a;b\n1;"2;\n3"\n', ";")) == 2


def test_more_cells_than_any_return_has_are_not_made() -> None:
    assert refusal_of("," * 5_000_001) == ("F02", "too_big_inside", None)


def test_a_cell_longer_than_any_name_refuses_the_file() -> None:
    assert refusal_of("a,b\n1," + "x" * 200_000 + "\n") == ("F02", "cell_too_long", None)


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a;b;c\n1,5;2,5;3\n", ";"),
        ("a\tb\n1,234\t2\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("one column\n1\n", ","),
        (HEADER.replace(",", ";") + "\n7A4;1,2;3,4\n", ";"),
    ],
)
def test_the_delimiter_is_told_from_names_then_from_even_rows(text: str, delimiter: str) -> None:
    assert delimiter_of(text, NAMES) == delimiter


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_decoded_without_a_word(encoding: str) -> None:
    rows, notes = text_rows(f"{HEADER}\n7A4,,Tŷ\n".encode(encoding), NAMES)
    assert rows[1] == ["7A4", None, "Tŷ"]
    assert notes == []


def test_the_old_encoding_is_believed_only_under_an_agreed_header() -> None:
    rows, notes = text_rows(f"{HEADER}\n7A4,,Môn\n".encode("cp1252"), NAMES)
    assert rows[1][2] == "Môn"
    assert [kind.code for kind in notes] == ["F05"]
    assert refusal_of("name,island\nx,Môn\n".encode("cp1252")) == ("F04", None, None)


def test_two_encodings_in_one_file_are_not_guessed() -> None:
    mixed = HEADER.encode() + "\n7A4,,Tŷ\n".encode() + "7A4,,Môn\n".encode("cp1252")
    assert refusal_of(mixed) == ("F04", None, None)


@pytest.mark.parametrize(
    "content", [b"a,b\n1,\0\n", "a,b\n1,2\n".encode("utf-16-le"), "a\0b".encode("utf-16")]
)
def test_nul_is_in_no_text(content: bytes) -> None:
    with pytest.raises(RefusalError) as refusal:
        decoded(content)
    assert refusal.value.facts == {"reason": "control_characters"}
