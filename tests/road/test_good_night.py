"""Good files through the whole road: what is counted, published, and left alone the next night."""

import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from made_up import MONTHS, PROJECT, Road, contracts_folder, csv_of, row, rows

from assets.steps import page_store
from assets.steps.editions import edition_of
from assets.steps.night import Night
from assets.steps.page_store import Placed, keep, placed_pages
from assets.steps.result import Verdict

MARCH = date(2024, 3, 1)


def test_good_files_are_counted_and_published(road: Road) -> None:
    assert road.night() is Verdict.GOOD
    assert road.publication == "2024-03_r1"
    assert {r["outcome"] for r in road.receipts().values()} == {"accepted"}
    # Two boards with two wards each: 40 + 30 of 50 + 50, twice.
    wales = road.point("hand_hygiene_done/wales/wales", MARCH)
    assert (wales["numerator"], wales["denominator"], wales["value"]) == (140, 200, 70)
    assert (wales["state"], wales["parts_in"], wales["parts_due"]) == ("final", 2, 2)


@pytest.mark.parametrize(
    ("series", "numerator", "denominator"),
    [
        ("hand_hygiene_done/organisation/7A4", 70, 100),
        ("hand_hygiene_done/site/7A4BV", 70, 100),
        ("hand_hygiene_done/ward/7A4BV:A", 40, 50),
        ("hand_hygiene_done/setting/7A4:acute_inpatient", 70, 100),
        ("hand_hygiene_done/population/7A7:adults", 70, 100),
        ("hand_hygiene_done/wales_setting/acute_inpatient", 140, 200),
        ("hand_hygiene_done/wales_population/adults", 140, 200),
        ("soap_used/organisation/7A7", 10, 200),
    ],
)
def test_every_level_is_a_sum_of_rows(
    first_night: Road, series: str, numerator: float, denominator: float
) -> None:
    point = first_night.point(series, MARCH)
    assert (point["numerator"], point["denominator"]) == (numerator, denominator)


def test_the_manifest_has_the_hash_of_every_file(published: Road) -> None:
    listed = published.manifest()["files"]
    files = {
        path.relative_to(published.latest.resolve()).as_posix(): path
        for path in published.latest.resolve().rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert listed == {name: sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    assert "collaborative/ws-hand-hygiene.cy.html" in listed
    assert published.manifest()["publication"] == "2024-03_r1"


def test_the_next_night_with_nothing_new_publishes_nothing(road: Road) -> None:
    road.night()
    before = {p: p.stat().st_mtime_ns for p in road.latest.resolve().rglob("*") if p.is_file()}
    assert road.night(date(2024, 4, 21)) is Verdict.GOOD
    assert road.publication == "2024-03_r1"
    assert before == {p: p.stat().st_mtime_ns for p in before}


def test_a_deadline_that_passes_is_news(road: Road) -> None:
    """April's return is due on 15 May 2024 (6 May is a bank holiday); on the 16th it is missing."""
    road.night()
    assert road.night(date(2024, 5, 15)) is Verdict.GOOD
    # March was closed on 22 April: it is final now, which the overview says.
    assert road.publication == "2024-03_r2"
    assert road.night(date(2024, 5, 16)) is Verdict.NEEDS_STEWARD
    assert road.publication == "2024-04_r1"


@pytest.mark.parametrize(
    ("language", "april", "both"),
    [
        ("", "April 2024", "April 2024 to May 2024"),
        (".cy", "Ebrill 2024", "Ebrill 2024 \N{EN DASH} Mai 2024"),
    ],
)
def test_a_month_that_begins_is_news(published: Road, language: str, april: str, both: str) -> None:
    """April is due next until the last day of April; from the first of May on, May is as well."""
    page = f"stewards/7A4/index{language}.html"

    def due_next() -> list[str]:
        return [text for text in (april, both) if f">{text}</td>" in published.page(page)]

    # March was closed on 22 April.
    assert published.night(date(2024, 4, 30)) is Verdict.GOOD
    assert (published.publication, due_next()) == ("2024-03_r2", [april])
    assert published.night(date(2024, 5, 1)) is Verdict.GOOD
    assert (published.publication, due_next()) == ("2024-03_r3", [both])
    assert published.night(date(2024, 5, 2)) is Verdict.GOOD
    assert published.publication == "2024-03_r3"


def test_an_older_month_that_closes_is_news(road: Road) -> None:
    """March is due on 15 April and closes 30 working days later, two weeks after April was due."""
    contract = road.contracts / "hand_hygiene.odcs.yaml"
    text = contract.read_text("utf-8")
    topic = "{property: topic, value: hand-hygiene}"
    assert text.count(topic) == 1
    closing = topic + "\n      - {property: closingWorkingDays, value: 30}"
    contract.write_text(text.replace(topic, closing), "utf-8")
    name = "7A7_hand-hygiene_202403_v02.csv"
    road.put(name, csv_of([row("7A7", "A", "2024-03", compliant="x")]))
    in_time = "A mended file that arrives by 29 May 2024 is still in the final report."
    too_late = "A mended file is now counted as a late correction and shown as one."
    assert road.night(date(2024, 5, 29)) is Verdict.NEEDS_STEWARD
    assert in_time in road.steward_page(name)
    assert road.night(date(2024, 5, 30)) is Verdict.NEEDS_STEWARD
    assert too_late in road.steward_page(name)


def test_one_corrected_file_touches_only_its_own_pages(road: Road) -> None:
    road.night()
    first = road.latest.resolve()
    corrected = [row("7A4", "A", "2024-03", compliant=50), row("7A4", "B", "2024-03")]
    arrived = datetime(2024, 4, 12, 9, tzinfo=UTC)
    road.put("7A4_hand-hygiene_202403_v02.csv", csv_of(corrected), arrived)
    assert road.night(date(2024, 4, 21)) is Verdict.GOOD
    second = road.latest.resolve()
    assert (first.name, second.name) == ("2024-03_r1", "2024-03_r2")
    assert road.point("hand_hygiene_done/organisation/7A4", MARCH)["numerator"] == 80
    assert road.point("hand_hygiene_done/organisation/7A7", MARCH)["numerator"] == 70
    for untouched in ("stewards/7A7/index.html", "stewards/7A7/index.cy.html"):
        assert (first / untouched).stat().st_ino == (second / untouched).stat().st_ino
    for touched in ("org/7A4/index.html", "collaborative/ws-hand-hygiene.html"):
        assert (first / touched).read_bytes() != (second / touched).read_bytes()


def test_the_same_inputs_twice_are_the_same_bytes(road: Road, tmp_path_factory) -> None:
    other_folder = tmp_path_factory.mktemp("other")
    other = Road(other_folder / "lake", contracts_folder(other_folder / "contracts"))
    other.lake.mkdir()
    for organisation in ("7A7", "7A4"):
        name = f"{organisation}_hand-hygiene_202401-202403_v01.csv"
        other.put(name, csv_of(rows(organisation, *MONTHS)))
    road.night()
    other.night()
    assert road.manifest()["files"] == other.manifest()["files"]


def test_a_page_that_was_tampered_with_is_made_again(road: Road) -> None:
    """Publications share the bytes of unchanged pages, so an edit must not travel to the next."""
    road.night()
    edited = road.latest.resolve() / "collaborative" / "ws-hand-hygiene.html"
    good = edited.read_bytes()
    edited.chmod(0o644)
    edited.write_bytes(good.replace(b"70.0%", b"99.9%"))
    road.put("7A4_notes.csv", b"nothing\n1\n", datetime(2024, 4, 12, 9, tzinfo=UTC))
    road.night(date(2024, 4, 21))
    assert road.publication == "2024-03_r2"
    assert road.latest.joinpath("collaborative", "ws-hand-hygiene.html").read_bytes() == good


def test_a_crash_after_the_switch_does_not_publish_twice(published: Road) -> None:
    (published.lake / "work" / "published.json").unlink()
    assert published.night(date(2024, 4, 21)) is Verdict.GOOD
    assert published.publication == "2024-03_r1"


def test_a_crash_before_the_switch_is_made_good(published: Road) -> None:
    (published.lake / "work" / "published.json").unlink()
    published.latest.unlink()
    assert published.night(date(2024, 4, 21)) is Verdict.GOOD
    assert published.publication == "2024-03_r1"


def test_records_of_an_older_contract_are_counted(published: Road) -> None:
    """A column that a contract gains is null in records accepted before."""
    contract = published.contracts / "hand_hygiene.odcs.yaml"
    text = contract.read_text("utf-8")
    column = "      - {name: soap_litres, logicalType: integer, required: true"
    assert column in text
    gained = "      - {name: gel_litres, logicalType: integer, logicalTypeOptions: {minimum: 0}}\n"
    text = text.replace(column, gained + column)
    text = text.replace(
        "numerator: soap_litres", "numerator: soap_litres + COALESCE(gel_litres, 0)"
    )
    contract.write_text(text, "utf-8")
    for language, name in (("en", "Gel"), ("cy", "Gel")):
        words = published.contracts / "translations" / language / "hand_hygiene.yaml"
        changed = words.read_text("utf-8").replace(
            "  soap_litres:\n",
            f"  gel_litres: {{name: {name}, definition: {name}.}}\n  soap_litres:\n",
            1,
        )
        words.write_text(changed, "utf-8")
    assert published.night(date(2024, 4, 21)) is Verdict.GOOD
    assert published.point("soap_used/organisation/7A7", MARCH)["numerator"] == 10


def test_a_second_process_makes_the_same_pages(published: Road) -> None:
    night = Night.open(published.lake, published.contracts, date(2024, 4, 20))
    edition = edition_of(night, published.publication)
    pages = placed_pages(night, edition)
    store = published.lake / "work" / "pages"
    alone = {path.relative_to(store): path.read_bytes() for path in store.rglob("*.html")}
    assert len(alone) == len(pages) == 38
    for home in store.iterdir():
        shutil.rmtree(home)
    assert keep(night, pages, worth_a_process=0) == len(pages)
    assert alone == {path.relative_to(store): path.read_bytes() for path in store.rglob("*.html")}


def emptied(road: Road) -> tuple[Night, list[Placed], Path]:
    """The night of the publication with its pages, none of which is kept; and their store."""
    night = Night.open(road.lake, road.contracts, date(2024, 4, 20))
    store = road.lake / "work" / "pages"
    for home in store.iterdir():
        shutil.rmtree(home)
    return night, placed_pages(night, edition_of(night, road.publication)), store


def test_what_goes_wrong_in_the_second_process_stops_the_night(published: Road) -> None:
    night, pages, store = emptied(published)
    # The second process begins at the front: only a page of its own cannot be kept.
    (store / pages[0].key).write_text("no folder")
    with pytest.raises(NotADirectoryError):
        keep(night, pages, worth_a_process=0)


def test_what_a_killed_second_process_left_is_made_here(
    published: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    night, pages, store = emptied(published)
    monkeypatch.setattr(page_store, "_end_with_parent", partial(os._exit, 9))
    assert keep(night, pages, worth_a_process=0) == len(pages)
    assert {path.parent.name for path in store.rglob("page.html")} == {p.key for p in pages}


def test_a_second_process_ends_with_the_first(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT.format(pids=str(tmp_path / "pid")))
    parent = subprocess.Popen([sys.executable, str(script)], cwd=PROJECT)
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        time.sleep(0.05)
    child = int((tmp_path / "pid").read_text())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 20
    while Path(f"/proc/{child}/cmdline").exists() and time.monotonic() < deadline:
        if not Path(f"/proc/{child}/cmdline").read_bytes():
            break
        time.sleep(0.05)
    assert time.monotonic() < deadline


PARENT = """
import os, sys, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
sys.path.insert(0, ".")
from assets.steps.page_store import _end_with_parent

if __name__ == "__main__":
    pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=_end_with_parent)
    Path({pids!r}).write_text(str(pool.submit(os.getpid).result()))
    time.sleep(60)
"""
