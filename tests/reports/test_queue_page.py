"""What waits, how returns come in and what was decided: pages of the synthetic edition."""

import csv
import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from synthetic import with_queue

from data_contracts.problems import problems_frame
from reports.edition import Edition
from reports.figures.share_bars import share_bars
from reports.pages import audience
from reports.pages.organisation import organisation_page
from reports.pages.queue_page import QueuePage, queue_inputs, queue_page, queue_sentence
from reports.pages.render import render_page
from reports.waiting import DECISION_SCHEMA, QUEUE_SCHEMA
from reports.words import LANGUAGES, Words

# A number of the range 999, which is kept for tests and given to nobody.
NUMBER = "999 000 0018"
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 13)
CARDIFF, POWYS = "Cardiff and Vale University Health Board", "Powys Teaching Health Board"
AMBULANCES = "Welsh Ambulance Services University NHS Trust"
BY = {"role": "Data steward", "team": "Informatics", "reason": "Checked", "decided": NOVEMBER}


def waits(kind: str, submitter: str, since: date, **changed: Any) -> dict[str, Any]:
    """One thing that waits for a sender, about its falls of October 2026."""
    usual = {
        "kind": kind, "organisation": submitter, "submitter": submitter, "workstream": "falls",
        "table": "monthly", "period": OCTOBER, "period_to": OCTOBER, "since": since,
        "working_days": 3, "problems": 1,
    }  # fmt: skip
    file = {"submission": f"{since:%Y%m%d}-{kind}", "file_name": f"{submitter}_{kind}.csv"}
    return usual | ({} if kind == "missing" else file) | changed


def missing(submitter: str, month: int, since: date, **changed: Any) -> dict[str, Any]:
    period = date(2026, month, 1)
    return waits("missing", submitter, since, period=period, period_to=period, **changed)


def waiting(edition: Edition, *rows: dict[str, Any]) -> Edition:
    return replace(edition, queue=pl.DataFrame(list(rows), schema=QUEUE_SCHEMA))


def decisions(edition: Edition, *rows: dict[str, Any]) -> Edition:
    return replace(edition, decisions=pl.DataFrame(list(rows), schema=DECISION_SCHEMA))


def lines(page: QueuePage, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(page.files[name].decode("utf-8-sig").splitlines()))


def text(parts: Any) -> str:
    return "".join(part.text for part in parts)


def test_consecutive_missing_months_are_one_line_and_one_by_one_in_the_list(
    edition: Edition, english: Words
) -> None:
    made = waiting(
        edition,
        missing("7A7", 7, date(2026, 8, 14)),
        missing("7A7", 8, date(2026, 9, 14)),
        missing("7A7", 10, NOVEMBER),
    )
    page = queue_page(made, english)
    (group,) = page.groups
    assert (page.title, group.name, group.count) == ("3 things are waiting", POWYS, "3")
    assert [(row.months, row.since) for row in group.rows] == [
        (
            "July 2026 to August 2026",
            "First deadline: 14 August 2026 (working day 10 after the month)",
        ),
        ("October 2026", "Deadline: 13 November 2026 (working day 10 after the month)"),
    ]
    told = [(line["First month"], line["Since"]) for line in lines(page, "queue.csv")]
    assert told == [("2026-07", "2026-08-14"), ("2026-08", "2026-09-14"), ("2026-10", "2026-11-13")]


def test_a_return_that_another_one_sends_waits_for_the_sender(
    edition: Edition, english: Words
) -> None:
    returns = edition.returns.with_columns(
        status=pl.when(
            pl.col("table") == "ambulance",
            pl.col("organisation") == "7A3",
            pl.col("period") == OCTOBER,
        )
        .then(pl.lit("missing"))
        .otherwise(pl.col("status"))
    )
    made = with_queue(replace(edition, returns=returns))
    groups = {group.name: group.rows for group in queue_page(made, english).groups}
    assert [row.organisation for row in groups[AMBULANCES]] == [
        "Swansea Bay University Health Board"
    ]
    assert [row.organisation for row in groups[POWYS]] == [""]
    ours = made.shown_to(audience.steward("RT4")).queue
    assert ours.select("submitter", "organisation").rows() == [("RT4", "7A3")]
    assert made.shown_to(audience.steward("7A3")).queue.is_empty()


def test_kinds_say_how_many_since_when_and_who_has_to_do_what(
    edition: Edition, english: Words
) -> None:
    made = waiting(
        edition,
        waits("warnings", "7A4", date(2026, 11, 2), problems=12),
        waits("refused", "7A6", date(2026, 11, 9)),
        waits("refused", "7A4", date(2026, 11, 10)),
    )
    page = queue_page(made, english)
    assert [(kind.name, kind.count, kind.oldest) for kind in page.kinds] == [
        ("Questions without an answer", "1", "2 November 2026"),
        ("Not accepted", "2", "9 November 2026"),
    ]
    assert all(kind.todo.startswith("The sender") for kind in page.kinds)
    assert page.groups[0].rows[0].what == "Questions without an answer, in 12 places"
    assert page.groups[0].name == CARDIFF
    assert POWYS in page.free
    assert CARDIFF not in page.free


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_is_told_in_both_languages(edition: Edition, language: str) -> None:
    kinds = ("missing", "refused", "quarantined", "partly_accepted", "warnings")
    rows = (waits(kind, "7A4", date(2026, 11, day)) for day, kind in enumerate(kinds, start=2))
    made = waiting(edition, *rows).shown_to(audience.COLLABORATIVE)
    words = Words.load(edition.translations_folder, language)
    page = queue_page(made, words)
    html = render_page("queue_page.html.jinja", made, words, page).decode()
    assert f'<html lang="{language}">' in html
    assert html.count('<tr><td><span class="il">') == 5
    assert re.findall(r'<section id="([a-z]+)"', html) == ["waiting", "trend", "decisions"]
    for kind in page.kinds:
        assert kind.todo in html.replace("&#39;", "'")
    assert len({kind.todo for kind in page.kinds}) == 5
    # Of a file that may name a person the submission is told, not the name.
    assert "20261104-quarantined" in html
    assert "7A4_quarantined.csv" not in html


@pytest.mark.parametrize(
    ("name", "shown", "listed"),
    [
        (f"{NUMBER}.csv", "••• ••• ••••.•••", "••• ••• ••••.•••"),
        ("=cmd.csv", "=cmd.csv", "'=cmd.csv"),
        ("a\u200bb.csv", "azero-width spaceb.csv", "a\u200bb.csv"),
    ],
)
def test_names_of_files_are_masked_made_visible_and_safe(
    edition: Edition, english: Words, name: str, shown: str, listed: str
) -> None:
    page = queue_page(waiting(edition, waits("refused", "7A4", NOVEMBER, file_name=name)), english)
    assert text(page.groups[0].rows[0].file) == shown
    assert lines(page, "queue.csv")[0]["File"] == listed
    assert NUMBER not in repr(page)


def test_the_days_that_pass_do_not_change_what_a_page_is_made_from(edition: Edition) -> None:
    first = waiting(edition, waits("refused", "7A4", NOVEMBER, working_days=3))
    later = waiting(edition, waits("refused", "7A4", NOVEMBER, working_days=4))
    other = waiting(edition, waits("refused", "7A4", date(2026, 11, 12), working_days=4))
    assert queue_inputs(first) == queue_inputs(later)
    assert queue_inputs(first) != queue_inputs(other)


def test_the_overview_counts_what_waits(edition: Edition, english: Words, welsh: Words) -> None:
    made = waiting(edition, waits("refused", "7A4", NOVEMBER, working_days=8))
    assert queue_sentence(made, english) == (
        "Waiting for somebody: 1 thing, since 13 November 2026 "
        "(working days up to this publication: 8)."
    )
    assert queue_sentence(waiting(edition), english) == "Nothing is waiting for anybody."
    assert queue_sentence(waiting(edition), welsh) == "Nid oes dim yn aros am neb."


@pytest.mark.parametrize(
    ("reader", "waiting_for", "decided_on"),
    [
        (audience.COLLABORATIVE, ["7A4", "7A7"], ["7A4", "7A7", None]),
        (audience.steward("7A4"), ["7A4"], ["7A4"]),
        (audience.steward("7A7"), ["7A7"], ["7A7"]),
        (audience.steward("RT4"), [], []),
        (audience.organisation("7A4"), ["7A4"], []),
    ],
)
def test_readers_see_what_is_for_them(
    edition: Edition, reader: audience.Audience, waiting_for: list[str], decided_on: list[str]
) -> None:
    made = waiting(edition, waits("refused", "7A4", NOVEMBER), missing("7A7", 10, NOVEMBER))
    made = decisions(
        made,
        *(
            BY | {"decision": "dismiss", "submission": "x", "organisation": code}
            for code in ("7A4", "7A7", None)
        ),
    )
    shown = made.shown_to(reader)
    assert shown.queue["submitter"].to_list() == waiting_for
    assert shown.decisions["organisation"].to_list() == decided_on


def test_an_organisation_reads_what_it_is_waited_for(edition: Edition, english: Words) -> None:
    """A file that may name a person is named by its submission, whatever its name says."""
    made = waiting(
        edition, waits("quarantined", "7A7", NOVEMBER), waits("refused", "7A4", NOVEMBER)
    )
    powys = organisation_page(made.shown_to(audience.organisation("7A7")), english, "7A7")
    (row,) = powys.waiting
    assert row.what == "Locked away"
    assert text(row.file) == "Submission: 20261113-quarantined"
    bay = organisation_page(made.shown_to(audience.organisation("7A3")), english, "7A3")
    assert bay.waiting == ()


def test_the_trend_has_a_bar_and_numbers_for_each_month(edition: Edition, english: Words) -> None:
    """Powys sent seven of its eight returns for October, and all of the months before."""
    page = queue_page(edition, english)
    trend = next(trend for trend in page.trends if trend.organisation == POWYS)
    assert page.trend_span == "November 2025 to October 2026"
    assert (trend.complete, trend.on_time) == ("98%: 95 of 96", "98%: 95 of 96")
    assert trend.complete_latest == "October 2026: 7 of 8"
    assert len(trend.months) == 12
    newest = trend.months[0]
    assert (newest.month, newest.due, newest.sent, newest.on_time) == (
        "October 2026",
        "8",
        "7",
        "7",
    )
    assert trend.complete_bars.count("M") == 2 * 12


def test_a_file_that_came_late_is_complete_and_not_on_time(
    edition: Edition, english: Words
) -> None:
    late = datetime(2026, 11, 16, 9)
    is_late = (pl.col("organisation") == "7A5") & (pl.col("period") == OCTOBER)
    arrived = pl.when(is_late).then(pl.lit(late)).otherwise(pl.col("arrived"))
    returns = edition.returns.with_columns(arrived=arrived)
    page = queue_page(with_queue(replace(edition, returns=returns)), english)
    trend = next(t for t in page.trends if t.organisation.startswith("Cwm Taf"))
    assert (trend.complete_latest, trend.on_time_latest) == (
        "October 2026: 8 of 8", "October 2026: 0 of 8",
    )  # fmt: skip
    assert trend.on_time == "91%: 88 of 96"


@pytest.mark.parametrize(
    ("shares", "bars"),
    [
        ([1.0], "M0 24v-24h8V24z"),
        ([0.5, 1.0], "M0 24v-12h8V24zM11 24v-24h8V24z"),
        ([0.0], "M0 24v-1h8V24z"),
        ([None, 0.25], "M11 24v-6h8V24z"),
    ],
)
def test_a_bar_is_as_high_as_its_share(shares: list[float | None], bars: str) -> None:
    found = re.search(r'class="bar" d="([^"]*)"', share_bars(shares))
    assert found is not None
    assert found[1] == bars


def test_there_is_no_picture_of_nothing() -> None:
    assert share_bars([None, None]) == ""


@pytest.mark.parametrize(
    ("facts", "subject", "detail", "effective"),
    [
        (
            {"decision": "accept-warning", "submission": "s1", "file_name": "7A4_falls.csv",
             "code": "FA07", "row": 12, "column": "falls_total", "effective": NOVEMBER},
            "7A4_falls.csv", "Code: FA07, Row: 12, Column: falls_total", "13 November 2026",
        ),
        ({"decision": "dismiss", "submission": "s1", "decided": None}, "s1", "", "Not recorded"),
        (
            {"decision": "close-ward", "site": "7A7EJ", "ward": "W3",
             "effective": date(2026, 4, 1), "ends": date(2026, 7, 31)},
            "Ystradgynlais Community Hospital", "Ward: W3", "1 April 2026 to 31 July 2026",
        ),
        (
            {"decision": "close-ward", "site": "7A7EJ", "tables": ["falls.monthly"],
             "effective": date(2026, 4, 1)},
            "Ystradgynlais Community Hospital", "Return: Falls by ward and month", "1 April 2026",
        ),
    ],
)  # fmt: skip
def test_a_decision_is_told_with_what_it_is_about(
    edition: Edition, english: Words, facts: dict[str, Any], subject: str, detail: str,
    effective: str,
) -> None:  # fmt: skip
    made = decisions(edition, {"organisation": "7A7"} | BY | facts)
    (row,) = queue_page(made, english).decided.rows
    assert (text(row.subject), row.detail, row.effective) == (subject, detail, effective)
    assert (row.organisation, row.by) == (POWYS, "Data steward, Informatics")


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_and_roles_are_marked_as_english_on_every_page(
    edition: Edition, language: str
) -> None:
    words = Words.load(edition.translations_folder, language)
    row = {"organisation": "7A4", "decision": "dismiss", "submission": "s1"} | BY
    made = decisions(edition, row)
    html = render_page("queue_page.html.jinja", made, words, queue_page(made, words)).decode()
    assert '<span lang="en">Checked</span>' in html
    assert '<span lang="en">Data steward, Informatics</span>' in html


def test_reasons_are_masked_and_long_lists_say_what_they_leave_out(
    edition: Edition, english: Words
) -> None:
    reason = f"About {NUMBER}"
    rows = [
        BY | {"organisation": "7A4", "decision": "dismiss", "submission": f"s{n}", "reason": reason}
        for n in range(130)
    ]
    page = queue_page(decisions(edition, *rows), english)
    assert len(page.decided.rows) == 100
    assert page.decided.shown == "Showing 100 of 130."
    assert len(lines(page, "decisions.csv")) == 130
    assert NUMBER not in repr(page)


def test_where_nothing_waits_the_page_says_so(edition: Edition, english: Words) -> None:
    page = queue_page(decisions(waiting(edition)), english)
    assert (page.title, page.groups, page.kinds) == ("Nothing is waiting", (), ())
    assert dict(page.files) == {}
    html = render_page("queue_page.html.jinja", edition, english, page).decode()
    assert '<p class="intro">Nothing is waiting.</p>' in html
    assert "Nothing has been decided yet." in html
    assert page.free.count(",") == 8


@pytest.mark.parametrize(
    ("language", "as_at", "passed"),
    [
        (
            "en",
            "Working days are counted as at 19 November 2026, the day of this publication.",
            ["Working days since then: 70", "Working days since then: 8"],
        ),
        (
            "cy",
            "Cyfrifir diwrnodau gwaith fel yr oeddent ar 19 Tachwedd 2026, "
            "diwrnod y cyhoeddiad hwn.",
            ["Diwrnodau gwaith ers hynny: 70", "Diwrnodau gwaith ers hynny: 8"],
        ),
    ],
)
def test_working_days_are_those_up_to_the_day_of_the_edition(
    edition: Edition, language: str, as_at: str, passed: list[str]
) -> None:
    """Of missing months in a row, since the first deadline."""
    words = Words.load(edition.translations_folder, language)
    rows = (
        missing("7A7", 7, date(2026, 8, 14), working_days=70),
        missing("7A7", 8, date(2026, 9, 14), working_days=48),
        waits("refused", "7A7", date(2026, 11, 9), working_days=8),
    )
    made = replace(waiting(edition, *rows), today=date(2026, 11, 19))
    page = queue_page(made, words)
    assert page.as_at == as_at
    assert [row.passed for row in page.groups[0].rows] == passed
    html = render_page("queue_page.html.jinja", made, words, page).decode()
    assert as_at in html
    assert html.count('<span class="passed">') == 2
    # Nothing is left for a reader's clock.
    assert "queue.js" not in html


def test_an_edition_that_nothing_was_found_in_has_nothing_waiting(edition: Edition) -> None:
    made = with_queue(
        replace(
            edition,
            returns=edition.returns.clear(),
            submissions=edition.submissions.clear(),
            problems=problems_frame([]),
        )
    )
    assert made.queue.is_empty()
    assert made.timeliness.is_empty()
