"""Good files with dirt thrown at them by chance: each dirt is named by its own code, and only it.

Here: files, rows and dirt are drawn, always alike for a seed; what must come of each dirt stands
in dirt.py. Not here: what each code says and where (test_check.py, test_read.py). Many files go
through one night together, as checking costs per night and not per file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from boards import Desk, Ending, ward
from dirt import CELLS, COUNTS, FILES, SUMS, CellDirt, Fate, FileDirt, Row, Sent

FILES_A_NIGHT = 40
TOTALS = "R08"
CLEAN_FILE = FileDirt(code=None, fate=Fate.COUNTED, done=lambda sent: sent)


@dataclass(frozen=True, slots=True)
class Thrown:
    """A file with dirt on it: what it must be told, and the wards whose rows must be counted."""

    names: tuple[str, ...]
    sent: Sent
    codes: set[str | None]
    counted: Mapping[str, Row]


def _good_row(chance: Random, code: str) -> Row:
    """A ward's row in which every rule holds, with bed days in the thousands."""
    grades = [chance.randint(0, 4) for _ in range(5)]
    falls = 2 + sum(grades)
    at_risk = chance.randint(20, 60)
    return ward(
        code,
        occupied_bed_days=1_200,
        falls_total=falls,
        falls_no_harm=2 + grades[0],
        falls_low_harm=grades[1],
        falls_moderate_harm=grades[2],
        falls_severe_harm=grades[3],
        falls_death=grades[4],
        falls_hip_fracture=chance.randint(0, sum(grades[1:])),
        at_risk_admissions=at_risk,
        risk_assessed_within_24h=chance.randint(0, at_risk),
        post_fall_check_done=chance.randint(0, falls),
        enhanced_observation_days=chance.randint(0, 200),
        extracted_on="2024-04-02",
    )


def _is_possible(dirt: CellDirt, is_book: bool) -> bool:
    return not (dirt.only_books and not is_book) and not (dirt.only_text and is_book)


def _thrown(chance: Random, number: int) -> Thrown:
    """A file of up to 8 wards: dirt on up to 2 rows, sums between them, dirt on the whole file."""
    wards = [f"W{number}N{place}" for place in range(chance.randint(3, 8))]
    good = [_good_row(chance, code) for code in wards]
    whole = chance.choice(["", *FILES])
    file_dirt = FILES.get(whole, CLEAN_FILE)
    is_book = file_dirt.done(Sent(rows=tuple(good), is_book=chance.random() < 0.4)).is_book
    possible = [name for name, dirt in CELLS.items() if _is_possible(dirt, is_book)]
    chosen = chance.sample(possible, chance.randint(0, 2))
    # The first row is kept for dirt that the whole file has.
    touched = chance.sample(range(1, len(wards)), len(chosen))
    counted: dict[str, Row] = dict(zip(wards, good, strict=True))
    rows: list[Row] = list(good)
    for place, dirt in zip(touched, (CELLS[name] for name in chosen), strict=True):
        changed = dirt.cells(good[place])
        rows[place] = {**good[place], **changed}
        if dirt.again is not None:
            rows.append(dirt.again(good[place]))
        if dirt.fate is Fate.ASIDE:
            del counted[wards[place]]
        elif dirt.code is not None:
            counted[wards[place]] = rows[place]
    sums = chance.sample(sorted(SUMS), chance.randint(0, 1))
    for name in sums:
        rows.insert(chance.randint(1, len(rows)), {**good[0], **SUMS[name]})
    codes = {file_dirt.code, *(CELLS[name].code for name in chosen), *(TOTALS for _ in sums)}
    is_refused = file_dirt.fate is Fate.REFUSED
    return Thrown(
        names=(whole, *chosen, *sums),
        sent=file_dirt.done(Sent(rows=tuple(rows), is_book=is_book)),
        codes={file_dirt.code} if is_refused else codes - {None},
        counted={} if is_refused else counted,
    )


def _file_name(number: int, ending: str) -> str:
    return f"7A4_falls_202403_v{number:03}{ending}"


def _figures(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    """The counts of each ward."""
    return {row["ward_code"]: {name: row[name] for name in COUNTS} for row in rows}


def _checked(desk: Desk, files: Iterable[Sent]) -> list[Ending]:
    """What became of each of some files, all sent on one day."""
    names = [_file_name(number, file.ending) for number, file in enumerate(files, start=1)]
    desk.root.mkdir(parents=True)
    for name, file in zip(names, files, strict=True):
        desk.put(file.content, name)
    desk.check()
    endings = {ending.receipt.file_name: ending for ending in desk.endings()}
    return [endings[name] for name in names]


@pytest.mark.parametrize("seed", range(6))
def test_dirt_is_named_and_what_it_did_not_touch_is_counted(seed: int, tmp_path: Path) -> None:
    chance = Random(seed)
    files = [_thrown(chance, number) for number in range(1, FILES_A_NIGHT + 1)]
    endings = _checked(Desk(tmp_path / "lake"), [file.sent for file in files])
    for file, ending in zip(files, endings, strict=True):
        assert set(ending.problems["code"]) == file.codes, file.names
        records = ending.records.iter_rows(named=True) if file.counted else ()
        assert _figures(records) == _figures(file.counted.values()), file.names
        assert ending.receipt.rows_accepted == len(file.counted), file.names


@pytest.fixture(scope="module")
def each(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ending]:
    """Every dirt alone, on the second of four wards or on the whole file, in one night."""
    files = dict(_alone())
    endings = _checked(Desk(tmp_path_factory.mktemp("each") / "lake"), list(files.values()))
    return dict(zip(files, endings, strict=True))


def _alone() -> Iterator[tuple[str, Sent]]:
    for number, (name, dirt) in enumerate(CELLS.items()):
        good = _clean(f"C{number}")
        rows = [good[0], {**good[1], **dirt.cells(good[1])}, *good[2:]]
        again = [dirt.again(good[1])] if dirt.again else []
        yield name, Sent(rows=(*rows, *again), is_book=dirt.only_books)
    for number, (name, whole) in enumerate(FILES.items()):
        yield name, whole.done(Sent(rows=_clean(f"F{number}")))
    for number, (name, changed) in enumerate(SUMS.items()):
        good = _clean(f"S{number}")
        yield name, Sent(rows=(*good, {**good[0], **changed}))


def _clean(file: str) -> tuple[Row, ...]:
    codes = (f"{file}W{place}" for place in range(4))
    return tuple(ward(code, occupied_bed_days=1_200, extracted_on="2024-04-02") for code in codes)


@pytest.mark.parametrize("name", CELLS)
def test_a_row_with_dirt_is_named_and_no_other(name: str, each: dict[str, Ending]) -> None:
    dirt, ending = CELLS[name], each[name]
    # A ward that is there twice is named at both of its places.
    rows = {3, 6} if dirt.again else {3}
    found = set(ending.problems.select("code", "row").iter_rows())
    assert found == ({(dirt.code, row) for row in rows} if dirt.code else set())
    assert ending.receipt.rows_accepted == (4 if dirt.fate is Fate.COUNTED else 3)


@pytest.mark.parametrize("name", FILES)
def test_a_file_with_dirt_is_named(name: str, each: dict[str, Ending]) -> None:
    dirt, ending = FILES[name], each[name]
    assert set(ending.problems["code"]) == {dirt.code} - {None}
    assert ending.receipt.rows_accepted == (0 if dirt.fate is Fate.REFUSED else 4)


@pytest.mark.parametrize("name", SUMS)
def test_a_row_of_totals_is_left_out(name: str, each: dict[str, Ending]) -> None:
    ending = each[name]
    assert ending.problems.select("code", "row").rows() == [(TOTALS, 6)]
    assert ending.receipt.rows_accepted == 4
