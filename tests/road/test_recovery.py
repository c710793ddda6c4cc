"""After a crash, a lost or altered file, or inputs that go back: readers get what is right."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from made_up import Road, csv_of, row, rows

from assets.steps.lake import Lake
from assets.steps.night import Night
from assets.steps.publish import EarlierDayError, refuse_earlier_day
from assets.steps.result import Verdict
from assets.steps.warehouse import publication_in
from pipelines.nightly import publish_again
from pipelines.resources import AlreadyRunningError, locked

MARCH = date(2024, 3, 1)
BOARD = "hand_hygiene_done/organisation/7A4"
# The 20th is the day of the first publication.
NEXT, THIRD, FOURTH = (date(2024, 4, day) for day in (21, 22, 23))
CLOSED = "- {organisation: 7A4, site: 7A4BV, ward: B, starts: 2024-03-01, role: x, reason: y}"


@pytest.fixture
def hollow(empty_road: Road) -> Road:
    """Ward B of 7A4 is missing in March: its board's month is incomplete."""
    for organisation in ("7A4", "7A7"):
        name, wards = f"{organisation}_hand-hygiene", "A" if organisation == "7A4" else "AB"
        empty_road.put(f"{name}_202401-202402_v01.csv", csv_of(rows(organisation, *JAN_FEB)))
        march = rows(organisation, "2024-03", wards=wards)
        empty_road.put(f"{name}_202403_v01.csv", csv_of(march))
    assert empty_road.night() is Verdict.NEEDS_STEWARD
    return empty_road


JAN_FEB = ("2024-01", "2024-02")


def _correct(road: Road, compliant: int = 45) -> None:
    sent = [row("7A4", ward, "2024-03", compliant=compliant) for ward in "AB"]
    arrived = datetime(2024, 4, 12, 9, tzinfo=UTC)
    road.put("7A4_hand-hygiene_202403_v02.csv", csv_of(sent), arrived)


def _decision(road: Road) -> Path:
    return road.lake / "decisions" / "closed.yaml"


def _record(road: Road) -> dict[str, Any]:
    newest = max((road.lake / "nights").glob("*.json"))
    found: dict[str, Any] = json.loads(newest.read_text("utf-8"))
    return found


def _sentence(road: Road) -> str:
    (alert,) = road.lake.glob("alerts/*.json")
    return str(json.loads(alert.read_text("utf-8"))["sentence"])


def _in_sql(road: Road, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(road.lake / "warehouse.duckdb"), read_only=True) as connection:
        return connection.sql(query).fetchall()


def _march_in_sql(road: Road) -> list[tuple[Any, ...]]:
    unit = f"series = 'hand_hygiene/{BOARD}' and period = '2024-03-01'"
    return _in_sql(road, f"select state, parts_in, parts_due from measure where {unit}")


class Blocked:
    """A folder where a file has to go, so that writing it fails; the file comes back at the end."""

    def __init__(self, place: Path) -> None:
        self.place, self.aside = place, place.with_name("aside")

    def __enter__(self) -> None:
        self.place.rename(self.aside)
        self.place.mkdir()

    def __exit__(self, *_: object) -> None:
        self.place.rmdir()
        self.aside.rename(self.place)


@pytest.mark.parametrize("last", ["questions", "before"], ids=["count", "detect"])
def test_a_crash_amid_a_step_and_inputs_that_go_back(hollow: Road, last: str) -> None:
    """The night of the decision wrote all files of a step but the last one; then it is withdrawn.

    What it wrote says that March is final: it must not stand beside the mark of the first night.
    """
    _decision(hollow).write_text(CLOSED)
    with Blocked(hollow.lake / "work" / "hand_hygiene" / f"{last}.parquet"):
        assert hollow.night(NEXT) is Verdict.NOTHING_PUBLISHED
    _decision(hollow).unlink()
    for words in hollow.contracts.glob("translations/*/pages.yaml"):
        words.write_text(words.read_text("utf-8") + "\n# Other words: all pages are made again.\n")
    assert hollow.night(THIRD) is Verdict.NEEDS_STEWARD
    assert hollow.publication == "2024-03_r2"
    point = hollow.point(BOARD, MARCH)
    assert (point["state"], point["parts_in"], point["parts_due"]) == ("incomplete", 1, 2)
    assert _record(hollow)["incomplete"] == ["7A4 hand_hygiene.monthly 2024-03 (1 of 2)"]


def test_an_earlier_day_takes_nothing_from_the_inbox(published: Road) -> None:
    _correct(published)
    assert published.night(date(2024, 3, 10)) is Verdict.NOTHING_PUBLISHED
    assert "Readers have a publication of 2024-04-20; an earlier day would" in _sentence(published)
    assert _record(published)["verdict"] == "good"
    earlier = json.loads((published.lake / "nights" / "20240310-020000.json").read_text("utf-8"))
    assert (earlier["verdict"], earlier["reason"][:42]) == (
        "nothing_published",
        "Readers have a publication of 2024-04-20; ",
    )
    assert "7A4_hand-hygiene_202403_v02.csv" not in published.receipts()
    assert published.night(NEXT) is Verdict.GOOD
    assert published.receipts()["7A4_hand-hygiene_202403_v02.csv"]["outcome"] == "accepted"
    assert published.point(BOARD, MARCH)["numerator"] == 90


def test_a_lake_without_a_publication_has_no_earlier_day(empty_road: Road) -> None:
    night = Night.open(empty_road.lake, empty_road.contracts, date(2020, 1, 1))
    refuse_earlier_day(night)
    # A night that is refused leaves its reason there.
    assert not night.record.exists()


def test_the_day_of_the_publication_is_not_an_earlier_one(published: Road) -> None:
    refuse_earlier_day(Night.open(published.lake, published.contracts, date(2024, 4, 20)))
    with pytest.raises(EarlierDayError):
        refuse_earlier_day(Night.open(published.lake, published.contracts, date(2024, 4, 19)))


def test_the_warehouse_is_that_of_the_publication_when_inputs_go_back(hollow: Road) -> None:
    assert _march_in_sql(hollow) == [("incomplete", 1, 2)]
    _decision(hollow).write_text(CLOSED)
    assert hollow.night(NEXT) is Verdict.GOOD
    assert _march_in_sql(hollow) == [("final", 1, 1)]
    _decision(hollow).unlink()
    assert hollow.night(THIRD) is Verdict.NEEDS_STEWARD
    # What readers saw before is not taken out again: numbers go up, and the day is today's.
    assert (hollow.publication, hollow.manifest()["as_of"]) == ("2024-03_r3", "2024-04-22")
    assert _march_in_sql(hollow) == [("incomplete", 1, 2)]
    named = _in_sql(hollow, "from publication")
    assert named == [("2024-03_r3", MARCH, THIRD)]


@pytest.mark.parametrize("damage", ["lost", "of another publication", "no database"])
def test_a_warehouse_that_is_not_the_publications_is_built_again(
    published: Road, damage: str
) -> None:
    """On a night with nothing new, as of the day of the publication."""
    warehouse = published.lake / "warehouse.duckdb"
    if damage == "of another publication":
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("update publication set name = '2024-03_r9'")
            connection.execute("delete from measure")
    else:
        warehouse.unlink()
    if damage == "no database":
        warehouse.write_bytes(b"no database")
    assert published.night(NEXT) is Verdict.GOOD
    assert published.publication == "2024-03_r1"
    assert _in_sql(published, "from publication") == [("2024-03_r1", MARCH, date(2024, 4, 20))]
    assert _march_in_sql(published) == [("final", 2, 2)]


def test_a_warehouse_that_is_right_is_left_alone(published: Road) -> None:
    before = (published.lake / "warehouse.duckdb").stat().st_mtime_ns
    assert published.night(NEXT) is Verdict.GOOD
    assert (published.lake / "warehouse.duckdb").stat().st_mtime_ns == before
    assert publication_in(Lake(published.lake)) == "2024-03_r1"


def test_a_log_that_a_crash_left_is_not_played_into_the_new_warehouse(published: Road) -> None:
    log = published.lake / ".making-warehouse.duckdb.wal"
    log.write_bytes(b"half a log")
    (published.lake / "warehouse.duckdb").unlink()
    assert published.night(NEXT) is Verdict.GOOD
    assert not log.exists()
    assert _march_in_sql(published) == [("final", 2, 2)]


def test_a_crash_before_the_switch_brings_its_warehouse(published: Road) -> None:
    """The crashed night left 2024-03_r2 whole, but readers still see 2024-03_r1."""
    _correct(published)
    assert published.night(NEXT) is Verdict.GOOD
    for left in ("work/published.json", "warehouse.duckdb", "site/latest"):
        (published.lake / left).unlink()
    published.latest.symlink_to("2024-03_r1")
    assert published.night(THIRD) is Verdict.GOOD
    assert published.publication == "2024-03_r2"
    assert _in_sql(published, "from publication") == [("2024-03_r2", MARCH, NEXT)]


PAGE, OWN = "collaborative/index.html", "org/7A4/index.html"


def _edit(road: Road) -> None:
    page = road.latest.resolve() / OWN
    page.chmod(0o644)
    page.write_text("70% became 99%")


def _remove(road: Road) -> None:
    (road.latest.resolve() / PAGE).unlink()


def _remove_style(road: Road) -> None:
    next((road.latest.resolve() / "collaborative" / "static").glob("*.css")).unlink()


def _remove_manifest(road: Road) -> None:
    (road.latest.resolve() / "manifest.json").unlink()


def _remove_all(road: Road) -> None:
    shutil.rmtree(road.latest.resolve())


@pytest.mark.parametrize("harm", [_edit, _remove, _remove_style, _remove_manifest, _remove_all])
def test_a_publication_that_was_harmed_is_made_again(published: Road, harm: Any) -> None:
    """The same content under a new number, though nothing new arrived; the record says so."""
    good = {path: published.page(path) for path in (PAGE, OWN)}
    styles = [name for name in published.manifest()["files"] if name.endswith(".css")]
    harm(published)
    assert published.night(NEXT) is Verdict.GOOD
    assert published.publication == "2024-03_r2"
    assert _record(published)["repaired"] == "2024-03_r1"
    assert published.page(OWN) == good[OWN]
    # Only the landing page shows the publication's name and day.
    again = published.page(PAGE).replace("2024-03_r2", "2024-03_r1")
    assert again.replace("21 April 2024", "20 April 2024") == good[PAGE]
    assert all((published.latest / name).is_file() for name in styles)
    assert published.night(THIRD) is Verdict.GOOD
    assert published.publication == "2024-03_r2"
    assert "repaired" not in _record(published)


def test_a_copy_of_a_publication_is_no_publication(published: Road) -> None:
    for name in ("2024-03_r1_old", "2024-03_rx", "2024-03_r7.zip", "Copy of 2024-03_r8"):
        shutil.copytree(published.latest.resolve(), published.lake / "site" / name)
    _correct(published)
    assert published.night(NEXT) is Verdict.GOOD
    assert published.publication == "2024-03_r2"


@pytest.mark.parametrize(
    "left", [b"", b'{"page.html": "4', b"\xff\xfe", b"[]", b"{}", b'{"page.html": 4}']
)
def test_pages_whose_list_a_power_cut_spoilt_are_made_again(published: Road, left: bytes) -> None:
    """The lists of all kept pages; then something new arrives."""
    kept = sorted((published.lake / "work" / "pages").glob("*/digests.json"))
    assert kept
    for listed in kept:
        listed.write_bytes(left)
    before = published.page("collaborative/definitions.html")
    _correct(published)
    assert published.night(NEXT) is Verdict.GOOD
    assert published.publication == "2024-03_r2"
    assert published.page("collaborative/definitions.html") == before
    again = list((published.lake / "work" / "pages").glob("*/digests.json"))
    assert again
    assert all("page.html" in json.loads(listed.read_text("utf-8")) for listed in again)


def test_a_link_that_a_crash_left_half_made_is_removed(published: Road) -> None:
    """The night made the new link, which leads to a folder, and ended before it renamed it."""
    left = published.lake / "site" / ".making-latest"
    left.symlink_to("2024-03_r1")
    _correct(published)
    assert published.night(NEXT) is Verdict.GOOD
    assert published.publication == "2024-03_r2"
    assert not left.is_symlink()
    assert (published.lake / "site" / "2024-03_r1" / "manifest.json").is_file()


def _with_links_followed(road: Road) -> Road:
    copy = road.lake.with_name("copy")
    shutil.copytree(road.lake, copy, symlinks=False)
    return Road(copy, road.contracts)


def _in_site(road: Road) -> list[str]:
    return sorted(path.name for path in (road.lake / "site").iterdir())


def test_a_copy_with_links_followed_gets_its_link_again(published: Road) -> None:
    copy = _with_links_followed(published)
    assert copy.latest.is_dir()
    assert not copy.latest.is_symlink()
    assert copy.night(NEXT) is Verdict.GOOD
    assert copy.latest.is_symlink()
    assert copy.publication == "2024-03_r1"
    assert _in_site(copy) == ["2024-03_r1", "copy-of-latest-1", "latest"]
    assert (copy.lake / "site" / "copy-of-latest-1" / PAGE).read_bytes() == (
        (copy.latest / PAGE).read_bytes()
    )
    _correct(copy)
    assert copy.night(THIRD) is Verdict.GOOD
    assert copy.publication == "2024-03_r2"


def test_a_folder_latest_that_is_the_only_copy_becomes_its_publication(published: Road) -> None:
    copy = _with_links_followed(published)
    shutil.rmtree(copy.lake / "site" / "2024-03_r1")
    assert copy.night(NEXT) is Verdict.GOOD
    assert (copy.publication, _in_site(copy)) == ("2024-03_r1", ["2024-03_r1", "latest"])
    assert copy.manifest()["as_of"] == "2024-04-20"


def test_a_folder_latest_that_nobody_can_name_is_kept(published: Road) -> None:
    """Twice: the second is kept beside the first."""
    copy = _with_links_followed(published)
    for kept in (1, 2):
        (copy.latest / "manifest.json").unlink()
        (copy.latest / "whose.txt").write_text(f"{kept}")
        assert copy.night(NEXT) is Verdict.GOOD
        assert copy.latest.is_symlink()
        assert (
            copy.lake / "site" / f"copy-of-latest-{kept}" / "whose.txt"
        ).read_text() == f"{kept}"
        publication = copy.latest.resolve()
        copy.latest.unlink()
        shutil.copytree(publication, copy.latest)


def test_an_earlier_day_is_refused_where_latest_is_a_folder(published: Road) -> None:
    copy = _with_links_followed(published)
    assert copy.night(date(2024, 3, 10)) is Verdict.NOTHING_PUBLISHED
    assert "Readers have a publication of 2024-04-20" in _sentence(copy)
    assert copy.publication == "2024-03_r1"


def test_the_number_after_nine_is_ten(published: Road) -> None:
    (published.lake / "site" / "2024-03_r1").rename(published.lake / "site" / "2024-03_r9")
    published.latest.unlink()
    published.latest.symlink_to("2024-03_r9")
    for compliant, day, name in ((45, NEXT, "2024-03_r10"), (44, THIRD, "2024-03_r11")):
        sent = [row("7A4", ward, "2024-03", compliant=compliant) for ward in "AB"]
        arrived = datetime(2024, 4, day.day - 1, 9, tzinfo=UTC)
        published.put(f"7A4_hand-hygiene_202403_v{50 - compliant:02}.csv", csv_of(sent), arrived)
        assert published.night(day) is Verdict.GOOD
        assert published.publication == name


def test_publish_that_fails_is_an_alert(published: Road) -> None:
    _decision(published).write_text("- {organisation: 7A4}")
    assert publish_again(published.lake, published.contracts, NEXT) is Verdict.NOTHING_PUBLISHED
    sentence = _sentence(published)
    assert sentence.startswith("The night stopped: decisions/closed.yaml: site: Field required. ")
    assert "Readers keep the last publication" in sentence
    assert published.publication == "2024-03_r1"


def test_publish_as_of_an_earlier_day_counts_nothing(published: Road) -> None:
    counted = published.lake / "work" / "hand_hygiene" / "measures.parquet"
    before = counted.stat().st_mtime_ns
    verdict = publish_again(published.lake, published.contracts, date(2024, 3, 10))
    assert verdict is Verdict.NOTHING_PUBLISHED
    assert "Readers have a publication of 2024-04-20" in _sentence(published)
    assert counted.stat().st_mtime_ns == before


def test_a_night_that_cannot_be_opened_is_an_alert(published: Road) -> None:
    """A contract that cannot be used, found before any step."""
    contract = published.contracts / "hand_hygiene.odcs.yaml"
    contract.write_text(contract.read_text("utf-8").replace("kind: DataContract", "kind: Other"))
    _correct(published)
    assert published.night(NEXT) is Verdict.NOTHING_PUBLISHED
    assert _sentence(published).startswith("The night stopped: hand_hygiene.odcs.yaml: ")
    assert "7A4_hand-hygiene_202403_v02.csv" not in published.receipts()


def test_a_lake_where_another_night_runs_is_not_told_of_it(published: Road) -> None:
    with locked(published.lake, 0), pytest.raises(AlreadyRunningError):
        publish_again(published.lake, published.contracts, NEXT, wait_seconds=0)
    assert not list(published.lake.glob("alerts/*.json"))


def test_what_stops_a_night_without_a_word_of_ours_is_named(published: Road) -> None:
    """A file where the folder of nights has to be."""
    shutil.rmtree(published.lake / "nights")
    (published.lake / "nights").write_text("no folder")
    assert published.night(NEXT) is Verdict.NOTHING_PUBLISHED
    assert _sentence(published).startswith("The night stopped: FileExistsError: ")
