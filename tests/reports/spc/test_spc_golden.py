"""The engine beside other software: equal, or different for a reason that the input shows.

The reasons are in spc_golden_reasons, what they amount to in golden_differences.md.
"""

import polars as pl
import pytest
import spc_golden as golden
import spc_golden_other as other
import spc_golden_phases as phases
import spc_golden_tables as tables
from spc_golden_peers import PEERS

pytestmark = pytest.mark.skipif(not golden.FOLDER.exists(), reason="no golden outputs here")

c = pl.col


def tell(peer: str, what: str) -> list[dict[str, object]]:
    """Print how much is equal and why the rest is not; the first of what nothing explains."""
    one = tables.found(peer, what)
    different = one.different
    equal = one.compared - len(different)
    print(f"\n{peer}, {what}: {one.compared} compared, {equal} equal, {len(different)} different")
    for source, count in different["source"].value_counts(sort=True).rows():
        print(f"  {count:6} {source or 'UNEXPLAINED'}")
    return different.filter(c("source").is_null()).head(20).to_dicts()


@pytest.mark.parametrize("peer", PEERS)
def test_points(peer):
    assert tell(peer, tables.POINTS) == []
    one = tables.found(peer)
    assert one.number > 1500
    assert len(one.different) < 0.11 * one.compared


@pytest.mark.parametrize("peer", PEERS)
def test_what_spec_says_of_the_engine_holds_where_the_peer_agrees_too(peer):
    assert tables.found(peer).unseen == []


@pytest.mark.parametrize("peer", phases.WITH_SERIES)
def test_phases(peer):
    assert tell(peer, tables.PHASES) == []


@pytest.mark.parametrize("what", [tables.POINTS, tables.PHASES])
def test_each_reason_is_needed(what):
    assert [reason.source for reason in tables.unused(what)] == []


@pytest.mark.parametrize("peer", PEERS)
def test_points_without_a_row_of_the_peer_are_missing_or_subgroups_of_one(peer):
    for call, points in golden.calls(peer):
        ours = call.points(points["case_id"].unique(), "our_").join(
            call.facts(), on=["case_id", "index"]
        )
        left_out = ours.join(points, on=["case_id", "index"], how="anti")
        assert left_out.filter(~c("missing"), c("size") > 1).is_empty(), call


@pytest.mark.parametrize("peer", PEERS)
def test_phases_are_those_of_the_peer(peer):
    for call, points in golden.calls(peer):
        facts = call.facts()
        both = points.join(facts, on=["case_id", "index"])
        # Item 21.
        split = both.filter(~c("phase_of_1")) if peer == "pbcharts" else both
        assert split["phase"].to_list() == split["phase_of_peer"].to_list(), call


def test_the_table_of_differences_is_what_is_found(capsys):
    text = tables.markdown()
    with capsys.disabled():
        print("\n" + next(row for row in text.splitlines() if row.startswith("| **all**")))
    assert tables.FILE.read_text(encoding="utf-8") == text, "run spc_golden_tables.py and read it"


def test_limits_of_run_charts():
    pairs = other.run_limits()
    assert len(pairs) == 400
    assert [ours for _, _, ours in pairs] == [theirs for _, theirs, _ in pairs]


def test_constants():
    pairs = other.constants()
    assert len(pairs) == 304
    for name, theirs, ours in pairs:
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12), name


@pytest.mark.parametrize("kind", ["expected", "recomputed"])
@pytest.mark.parametrize("example", other.published(), ids=lambda example: example["id"])
def test_published(example, kind):
    pairs = other.published_pairs(example, kind)
    within = example["tolerance"] if kind == "expected" else 1e-9
    assert pairs
    for name, theirs, ours in pairs:
        assert ours == pytest.approx(theirs, rel=1e-9, abs=within), name
