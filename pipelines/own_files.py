"""What the commands for files of one's own share: refusals of one sentence, places, lines told.

Belongs here: whatever `safecare spc` and `safecare funnel` must do alike. Does not belong here:
what is in a file (spc_file.py, funnel_command.py) and what is made of it. Words are imported where
they are needed, so that `--help` stays quick.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from reports.words import Words

# Exit code of a file or options that cannot be used.
TROUBLE = 2
# What R writes for a missing value.
MISSING = ("", "NA")

out, err = Console(highlight=False), Console(stderr=True, highlight=False)


class InputError(Exception):
    """The file, or what was asked, cannot be used; the message is one sentence."""


class Language(StrEnum):
    """Of what a command makes; those of reports.words.LANGUAGES."""

    EN = "en"
    CY = "cy"


def words_of(language: Language) -> Words:
    from data_contracts.contract import HERE
    from reports.words import Words

    return Words.load(HERE / "translations", language)


@contextmanager
def one_sentence(file: Path) -> Iterator[None]:
    """Every refusal names the file; those of the disk are one sentence too."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{file.name}: {error}") from error
    except OSError as error:
        raise InputError(f"{error.filename or file}: {error.strerror or 'not found'}") from error


@contextmanager
def refused() -> Iterator[None]:
    """What the engine refuses is the file's or the options' fault, not ours."""
    try:
        yield
    except ValueError as error:
        raise InputError(str(error)) from error


def check_places(file: Path, places: Sequence[Path]) -> None:
    """Every output has a folder, overwrites no input, and no other output."""
    resolved = [place.resolve() for place in places]
    for place in resolved:
        if not place.parent.is_dir():
            raise InputError(f"there is no folder {place.parent} to write {place.name} to")
        if place.exists() and not place.is_file():
            raise InputError(f"{place} is not a file that can be replaced")
        if place == file.resolve():
            raise InputError(f"{place.name} would overwrite the input")
        if resolved.count(place) > 1:
            raise InputError(f"{place.name} is named for two outputs")


def write_whole(making: Mapping[Path, Callable[[Path], object]]) -> None:
    """Files are made beside their places and renamed when the last one is complete."""
    places = [place.resolve() for place in making]
    partial = [place.with_name(f".{place.name}.{os.getpid()}.part") for place in places]
    try:
        for make, path in zip(making.values(), partial, strict=True):
            make(path)
        for path, place in zip(partial, places, strict=True):
            path.replace(place)
    finally:
        for path in partial:
            path.unlink(missing_ok=True)


def say(console: Console, line: str) -> None:
    """One line as it is: paths must be whole to be copied, brackets in names are no markup."""
    console.print(line, soft_wrap=True, markup=False)


def first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
