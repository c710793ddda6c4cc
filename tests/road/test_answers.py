"""'This is right because ...': warnings are answered by a file, and then nobody asks again."""

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
import xlsxwriter
import yaml
from made_up import Road, csv_of, row
from typer.testing import CliRunner

from assets.steps.result import Verdict
from pipelines.decide_command import decide
from reports.workbook.error_columns import finding_key

DAYS = [date(2024, 4, day) for day in range(21, 26)]
SENT = "7A4_hand-hygiene_202403_v02.csv"
# A number of the range 999, which is kept for tests and given to nobody.
PATIENT = "999 000 0018"
RULE = "NOT (compliant <= opportunities)"
HARD = """        customProperties: [{property: scope, value: row}]
      - id: HH02"""
SOFT = HARD.replace("value: row", "value: information")


def _rule(road: Road, scope: str) -> None:
    """HH01 is about more than 50 litres of soap in a ward."""
    contract = road.contracts / "hand_hygiene.odcs.yaml"
    text = contract.read_text("utf-8")
    assert RULE in text
    assert HARD in text
    text = text.replace(RULE, "NOT (soap_litres <= 50)").replace(HARD, scope)
    contract.write_text(text, "utf-8")


@pytest.fixture
def asked(published: Road) -> Road:
    """HH01 only asks; ward A used 60 litres in March, and the night has asked about it."""
    _rule(published, SOFT)
    _send(published, SENT, 60)
    assert published.night(DAYS[0]) is Verdict.GOOD
    assert _status(published) == "on_time_to_check"
    return published


IN_TIME = datetime(2024, 4, 12, 9, tzinfo=UTC)


def _send(road: Road, name: str, soap: int, wards: str = "AB", arrived: datetime = IN_TIME) -> None:
    """March of 7A4 with so much soap used in ward A, 5 litres in the other."""
    sent = [row("7A4", w, "2024-03", soap_litres=soap if w == "A" else 5) for w in wards]
    road.put(name, csv_of(sent), arrived)


def _sql(road: Road, query: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(road.lake / "warehouse.duckdb"), read_only=True) as connection:
        return connection.sql(query).pl().to_dicts()


def _status(road: Road) -> str:
    query = "from return where organisation = '7A4' and period = date '2024-03-01'"
    return str(_sql(road, f"select status {query}")[0]["status"])


def _problems(road: Road, name: str) -> list[dict[str, Any]]:
    submission = road.receipts()[name]["submission"]
    return _sql(road, f"from problem where submission = '{submission}'")


def _list(problems: list[dict[str, Any]], answer: str, **changed: str) -> bytes:
    """The list of problems as it is downloaded, with an answer in each line."""
    names = ("Sheet", "Cell", "Row", "Column", "Found", "Code", "Submission", "Answer")
    lines = [
        {**{n: str(p[n.lower()] or "") for n in names if n.lower() in p}, "Found": p["value"]}
        | {"Answer": answer, **changed}
        for p in problems
    ]
    text = "\r\n".join(
        [",".join(names), *(",".join(line[n] or "" for n in names) for line in lines)]
    )
    return f"\ufeff{text}\r\n".encode()


def _workbook(problems: list[dict[str, Any]], answer: str) -> bytes:
    """An annotated workbook: ids, names, findings; and a sheet of figures, which must not count."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Gwallau")
        names = ("row", "answer", "submission", "key")
        sheet.write_row(0, 0, [f"safecare:{name}" for name in names])
        sheet.write_row(1, 0, ["Rhes", "Ateb", "Cyflwyniad", "Allwedd"])
        for at, one in enumerate(problems, start=2):
            sheet.write_row(at, 0, [one["row"], answer, one["submission"], finding_key(one)])
        figures = [row("7A4", ward, "2024-03", compliant=1) for ward in "AB"]
        rows = book.add_worksheet("Rhesi fel yr anfonwyd")
        for at, cells in enumerate([list(figures[0]), *(list(one.values()) for one in figures)]):
            rows.write_row(at, 0, cells)
    return made.getvalue()


def _answered(road: Road, name: str) -> list[tuple[Any, ...]]:
    return [(p["code"], p["answer"], p["answered_by"]) for p in _problems(road, name)]


def _filled_in(download: Path, answer: str) -> bytes:
    """A list or workbook as the steward's page offers it, with an answer in its first line."""
    if download.suffix == ".csv":
        header, *lines = csv.reader(download.read_text("utf-8-sig").splitlines())
        lines[0][header.index("Answer")] = answer
        text = io.StringIO()
        csv.writer(text).writerows([header, *lines])
        return text.getvalue().encode("utf-8-sig")
    book = openpyxl.load_workbook(download)
    sheet = next(one for one in book if one["A1"].value and "safecare:" in one["A1"].value)
    ids = [cell.value for cell in sheet[1]]
    sheet.cell(3, ids.index("safecare:answer") + 1, answer)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_the_page_offers_can_be_filled_in_and_sent(asked: Road, kind: str) -> None:
    submission = asked.receipts()[SENT]["submission"]
    answered = "1 question was answered and is not asked again."
    assert answered not in asked.steward_page(SENT)
    offered = (asked.latest / "stewards" / "7A4").rglob(f"*{submission}*.{kind}")
    others = (".cy.", "-changes.")
    (download,) = (path for path in offered if not any(one in path.name for one in others))
    asked.put(f"7A4_answers.{kind}", _filled_in(download, "two visits a day"))
    assert asked.night(DAYS[1]) is Verdict.GOOD
    assert _answered(asked, SENT) == [("HH01", "two visits a day", "7A4")]
    heading, _, rest = asked.steward_page(SENT).partition("</h1>")
    assert "please check" not in heading
    assert answered in rest


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_answered_warning_does_not_ask_again(asked: Road, kind: str) -> None:
    make = _list if kind == "csv" else _workbook
    name = f"7A4_answers.{kind}"
    asked.put(name, make(_problems(asked, SENT), "two visits a day"))
    assert asked.night(DAYS[1]) is Verdict.GOOD
    receipt = asked.receipts()[name]
    assert (receipt["outcome"], receipt["answers"], receipt["table"]) == ("accepted", 1, None)
    assert _answered(asked, SENT) == [("HH01", "two visits a day", "7A4")]
    assert _status(asked) == "on_time"
    # Nothing of it was counted: 40 and 30 are still in force.
    point = asked.point("hand_hygiene_done/organisation/7A4", date(2024, 3, 1))
    assert point["numerator"] == 70
    (record,) = (asked.lake / "decisions" / "answers").iterdir()
    kept = yaml.safe_load(record.read_text("utf-8"))
    assert (kept["submitter"], kept["file"], kept["received"]) == (
        "7A4", name, "2024-04-22T01:00:00+00:00",
    )  # fmt: skip
    assert name in asked.steward_page(name)


def test_an_answer_is_carried_over_while_the_value_stays(asked: Road) -> None:
    asked.put("7A4_answers.csv", _list(_problems(asked, SENT), "two visits a day"))
    again, changed = (f"7A4_hand-hygiene_202403_v0{v}.csv" for v in (3, 4))
    # Ward A stands in another row now.
    _send(asked, again, 60, "BA")
    asked.night(DAYS[1])
    assert _answered(asked, again) == [("HH01", "two visits a day", "7A4")]
    assert _status(asked) == "on_time"
    _send(asked, changed, 61)
    asked.night(DAYS[2])
    assert _answered(asked, changed) == [("HH01", None, None)]
    assert _status(asked) == "on_time_to_check"


def test_each_change_of_a_closed_month_needs_an_answer_of_its_own(published: Road) -> None:
    """March closes on 22 April, and what is asked is the same each time: its month."""
    days = [date(2024, 5, day) for day in (7, 8, 9, 10)]
    _send(published, SENT, 6)
    published.night(DAYS[0])

    def change(version: int, soap: int, day: date) -> tuple[str, list[tuple[Any, ...]]]:
        name = f"7A4_hand-hygiene_202403_v0{version}.csv"
        _send(published, name, soap, arrived=datetime(2024, 5, 6, 9, version, tzinfo=UTC))
        published.night(day)
        return name, _answered(published, name)

    first, told = change(3, 7, days[0])
    assert told == [("S05", None, None)]
    published.put("7A4_answers.csv", _list(_problems(published, first), "recounted"))
    published.night(days[1])
    assert _answered(published, first) == [("S05", "recounted", "7A4")]
    _, told = change(4, 8, days[2])
    assert told == [("S05", None, None)]


def test_a_blank_answer_is_none(asked: Road) -> None:
    asked.put("7A4_answers.csv", _list(_problems(asked, SENT), " "))
    assert asked.night(DAYS[1]) is Verdict.GOOD
    assert asked.receipts()["7A4_answers.csv"]["answers"] == 0
    assert _status(asked) == "on_time_to_check"


@pytest.mark.parametrize("sender", ["7A4", "7A7"])
def test_only_what_its_sender_was_asked_is_answered(asked: Road, sender: str) -> None:
    """7A4 answers another row than that asked about; 7A7 the right one, which is not its own."""
    changed = {"Row": "77"} if sender == "7A4" else {}
    name = f"{sender}_answers.csv"
    asked.put(name, _list(_problems(asked, SENT), "because", **changed))
    assert asked.night(DAYS[1]) is Verdict.GOOD
    receipt = asked.receipts()[name]
    assert (receipt["outcome"], receipt["answers"], receipt["warnings"]) == ("refused", 0, 1)
    assert asked.codes(name) == ["A01"]
    assert _status(asked) == "on_time_to_check"
    assert not (asked.lake / "decisions" / "answers").exists()


def test_what_has_to_be_mended_cannot_be_answered(published: Road) -> None:
    _rule(published, HARD)
    _send(published, SENT, 60)
    published.night(DAYS[0])
    hard = [p for p in _problems(published, SENT) if p["code"] == "HH01"]
    published.put("7A4_answers.csv", _list(hard, "it is right"))
    assert published.night(DAYS[1]) is Verdict.NEEDS_STEWARD
    receipt = published.receipts()["7A4_answers.csv"]
    assert (receipt["answers"], receipt["warnings"]) == (0, 1)
    assert published.codes("7A4_answers.csv") == ["A02"]
    assert [p["answer"] for p in hard] == [None]


def test_an_answer_that_names_a_patient_is_locked_away(asked: Road) -> None:
    asked.put("7A4_answers.csv", _list(_problems(asked, SENT), f"NHS number {PATIENT}"))
    asked.night(DAYS[1])
    assert asked.receipts()["7A4_answers.csv"]["outcome"] == "quarantined"
    assert not (asked.lake / "decisions" / "answers").exists()
    kept = [p for p in asked.lake.rglob("*") if p.is_file() and PATIENT.encode() in p.read_bytes()]
    assert [p.name for p in kept] == ["original.csv"]


def test_the_programme_accepts_a_warning(asked: Road) -> None:
    submission = asked.receipts()[SENT]["submission"]
    by = ["--role", "Analyst", "--team", "Safe Care", "--reason", "Rang the ward"]
    given = ["accept-warning", submission, "HH01", *by, "--lake", str(asked.lake)]
    assert CliRunner().invoke(decide, [*given, "--row", "9"]).exit_code == 2
    assert CliRunner().invoke(decide, given).exit_code == 0
    asked.night(DAYS[1])
    assert _answered(asked, SENT) == [("HH01", "Rang the ward", "Analyst")]
    assert _status(asked) == "on_time"


def test_a_list_without_an_answer_column_is_no_file_of_answers(asked: Road) -> None:
    asked.put("7A4_list.csv", _list(_problems(asked, SENT), "x").replace(b"Answer", b"Other"))
    asked.night(DAYS[1])
    assert asked.receipts()["7A4_list.csv"]["outcome"] == "refused"
    assert asked.receipts()["7A4_list.csv"]["answers"] is None


def test_a_broken_record_of_answers_is_one_sentence(asked: Road) -> None:
    folder = asked.lake / "decisions" / "answers"
    folder.mkdir()
    (folder / "own.yaml").write_text("- nothing", "utf-8")
    assert asked.night(DAYS[1]) is Verdict.NOTHING_PUBLISHED
    (alert,) = asked.lake.glob("alerts/*.json")
    assert "decisions/answers/own.yaml is no record of answers." in alert.read_text("utf-8")


ADDRESSED = {
    "": ("An answer to something that was not asked", "No answer was recorded",
         "These answers were not recorded; here is why."),
    ".cy": ("Ateb i rywbeth na ofynnwyd", "Ni chofnodwyd yr un ateb",
            "Ni chofnodwyd yr atebion hyn; dyma pam."),
}  # fmt: skip


@pytest.mark.parametrize("language", list(ADDRESSED))
def test_the_page_says_which_answers_were_not_recorded_and_why(asked: Road, language: str) -> None:
    asked.put("7A4_answers.csv", _list(_problems(asked, SENT), "because", Row="77"))
    asked.night(DAYS[1])
    page = asked.steward_page("7A4_answers.csv", language)
    for said in ADDRESSED[language]:
        assert said in page
    # The eighth cell of the only line, what it says, and what it stood beside.
    assert "H2" in page
    assert "because" in page
    assert "HH01 77" in page
    assert asked.receipts()[SENT]["submission"] in page
    assert 'href="problems' + language + '.html#A01"' in page
    # It holds no figures: nothing is said of months or of rows that were counted.
    assert "Month not known" not in page
    assert 'id="in-force"' not in page


def test_answers_are_told_how_many_of_them_were_recorded(asked: Road) -> None:
    """One is right; another stands beside a row that nobody asked about."""
    right, wrong = (
        _list(_problems(asked, SENT), "two visits", **row) for row in ({}, {"Row": "77"})
    )
    asked.put("7A4_answers.csv", right + wrong.partition(b"\r\n")[2])
    assert asked.night(DAYS[1]) is Verdict.GOOD
    receipt = asked.receipts()["7A4_answers.csv"]
    assert (receipt["outcome"], receipt["answers"], receipt["warnings"]) == (
        "accepted_with_warnings", 1, 1,
    )  # fmt: skip
    page = asked.steward_page("7A4_answers.csv")
    assert "Recorded: 1 answer; not recorded: 1" in page
    # Nobody waits for it: the return is complete, and its question answered.
    assert _status(asked) == "on_time"


def test_what_has_to_be_mended_is_told_as_such_on_the_page(published: Road) -> None:
    _rule(published, HARD)
    _send(published, SENT, 60)
    published.night(DAYS[0])
    hard = [p for p in _problems(published, SENT) if p["code"] == "HH01"]
    published.put("7A4_answers.csv", _list(hard, "it is right"))
    published.night(DAYS[1])
    page = published.steward_page("7A4_answers.csv")
    assert "An answer to something that has to be mended" in page
    assert "Mend the cell in your own file" in page
