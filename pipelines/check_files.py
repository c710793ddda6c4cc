"""`safecare check --xlsx OUT --html OUT`: what was found, as files to work with and to hand on.

Belongs here: which file goes where, and what is refused before anything is checked. Does not belong
here: what stands in the files (reports/workbook, reports/pages/submission_desk.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.own_files import InputError, check_places, one_sentence, write_whole

if TYPE_CHECKING:
    from assets.steps.desk import Desk
    from reports.pages.submission_case import Case

XLSX, HTML = ".xlsx", ".html"
# Behind the name of the file that was checked, where a folder is asked for.
MARK = "_checked"


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where the files about each checked file go, in the order of those; None: none is wanted."""

    xlsx: tuple[Path, ...] | None = None
    html: tuple[Path, ...] | None = None

    @classmethod
    def of(cls, files: Sequence[Path], xlsx: Path | None, html: Path | None) -> Outputs:
        """`xlsx` and `html` name a file each, or a folder; with several `files` a folder.

        Makes the folders. Raises InputError for what cannot be written as asked.
        """
        wanted = {XLSX: xlsx, HTML: html}
        named = {kind: _places(files, out, kind) for kind, out in wanted.items() if out}
        every = [place for places in named.values() for place in places]
        folders = {out for out in wanted.values() if out and _is_folder(files, out)}
        for folder in folders:
            with one_sentence(folder):
                folder.mkdir(parents=True, exist_ok=True)
        for file in files if every else ():
            check_places(file, every)
        return cls(named.get(XLSX), named.get(HTML))

    def write(self, place: int, desk: Desk, language: str) -> tuple[Path, ...]:
        """Write what is wanted of the checked file at a place in the order; where it stands.

        Raises InputError where the disk refuses.
        """
        case = _case(desk, language)
        making: dict[Path, Callable[[], bytes]] = {}
        if self.xlsx is not None:
            making[self.xlsx[place]] = lambda: _workbook(case, desk)
        if self.html is not None:
            making[self.html[place]] = lambda: _page(case, desk)
        for path, make in making.items():
            content = make()
            with one_sentence(path):
                write_whole({path: partial(_put, content)})
        return tuple(making)

    @property
    def are_wanted(self) -> bool:
        return self.xlsx is not None or self.html is not None


def _put(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def _is_folder(files: Sequence[Path], out: Path) -> bool:
    """Whether a folder is meant, which several files need."""
    return len(files) > 1 or out.is_dir()


def _places(files: Sequence[Path], out: Path, kind: str) -> tuple[Path, ...]:
    if not _is_folder(files, out):
        if out.suffix.lower() != kind:
            raise InputError(f"{out} must end in {kind}, or be a folder that is there")
        return (out,)
    if out.is_file() or (out.suffix.lower() == kind and not out.is_dir()):
        raise InputError(f"with several files --{kind[1:]} names a folder, which {out} is not")
    taken: dict[str, int] = {}
    return tuple(out / _name(file.stem, kind, taken) for file in files)


def _name(stem: str, kind: str, taken: dict[str, int]) -> str:
    """Two files of one name get two names; a disk may not tell capitals apart."""
    key = stem.casefold()
    taken[key] = taken.get(key, 0) + 1
    number = f"_{taken[key]}" if taken[key] > 1 else ""
    return f"{stem}{MARK}{number}{kind}"


def _case(desk: Desk, language: str) -> Case:
    from assets.steps.read import parsed_name
    from reports.words import Words
    from reports.workbook.tried_case import Agreed, tried_case

    night, receipt = desk.night, desk.receipt
    agreed = Agreed(
        contracts=night.contracts,
        registers=night.registers,
        translations=night.translations,
        today=night.today,
    )
    # A file at a desk has not arrived: what is told is when it was checked.
    checked = asdict(replace(receipt, arrived=receipt.received))
    name = parsed_name(receipt.file_name)
    words = Words.load(night.translations, language)
    return tried_case(agreed, words, checked, desk.problems, (name.first, name.last))


def _workbook(case: Case, desk: Desk) -> bytes:
    from reports.workbook.annotated import annotated_workbook
    from reports.workbook.summary_sheet import Occasion

    return annotated_workbook(case, desk.sheet_rows, Occasion.TRIED)


def _page(case: Case, desk: Desk) -> bytes:
    from reports.pages.submission_desk import desk_page

    return desk_page(case, desk.sheet_rows).encode("utf-8")
