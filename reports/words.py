"""Every word a reader sees, looked up by key in one language.

Here: reading the translation files, choosing a plural, putting facts into a sentence, writing
months, dates and numbers. Not here: the words (data_contracts/translations/<language>/*.yaml) and
choosing which sentence is true (the view models). A missing key or fact is an error: half a
sentence never reaches a reader. A file found in the folder is part of the vocabulary, so a new
contract brings its words by adding its two files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml
from babel import Locale
from babel.dates import format_date

LANGUAGES = ("en", "cy")
# The language that texts are written in first; all others are translations of it.
SOURCE = "en"
PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})
DRAFT = "draft"
STATUS = "translation"


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary of one language; `tree` has one branch for each translation file."""

    language: str
    tree: Mapping[str, Any]
    # Keys that were looked up before: a page asks for a few hundred of them, thousands of times.
    found: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def load(cls, folder: Path, language: str) -> Words:
        """All files of a language. Raises FileNotFoundError where there are none."""
        return cls(language, read_tree(folder, language))

    @property
    def drafts(self) -> tuple[str, ...]:
        """Names of the translation files that no translator has signed off, in order."""
        return tuple(
            name
            for name, branch in sorted(self.tree.items())
            if branch.get(STATUS, {}).get("status") == DRAFT
        )

    @property
    def is_draft(self) -> bool:
        """Whether readers must be told that this is a translation nobody has signed off."""
        return self.language != SOURCE and bool(self.drafts)

    def text(self, key: str, **facts: object) -> str:
        """The text of a dotted key with its facts put in; `n` also chooses the plural.

        Raises KeyError naming the key (or the fact) that is missing.
        """
        found = self._plural(key, self._at(key), facts)
        return found.format_map({name: self._fact(name, fact) for name, fact in facts.items()})

    def forms(self, key: str, **facts: object) -> dict[str, str]:
        """All plural forms of a text with its facts put in: for counts that a page's script makes.

        A text without forms is its form `other`. Raises KeyError as `text` does.
        """
        node = self._at(key)
        forms = node if is_plural(node) else {"other": node}
        return {form: text.format_map(facts) for form, text in forms.items()}

    def has(self, key: str) -> bool:
        """Whether there is anything under a key: for words that a contract may leave out."""
        try:
            self._at(key)
        except KeyError:
            return False
        return True

    def month(self, month: date) -> str:
        """`October 2026`, `Hydref 2026`."""
        return _dated(month, "MMMM yyyy", self.language)

    def date(self, day: date) -> str:
        """`25 November 2026`, `25 Tachwedd 2026`: the short form has a year of two digits."""
        return _dated(day, "d MMMM yyyy", self.language)

    def number(self, number: float, decimals: int) -> str:
        """`1,234.50`: the same in English and in Welsh (a test holds it against CLDR)."""
        written = f"{number:,.{decimals}f}"
        return written.removeprefix("-") if not any(c in "123456789" for c in written) else written

    def _at(self, key: str) -> Any:
        if key not in self.found:
            self.found[key] = self._walk(key)
        return self.found[key]

    def _walk(self, key: str) -> Any:
        node: Any = self.tree
        for part in key.split("."):
            if not isinstance(node, Mapping) or part not in node:
                raise KeyError(f"{self.language}: {key}")
            node = node[part]
        return node

    def _plural(self, key: str, node: Any, facts: Mapping[str, object]) -> str:
        if isinstance(node, str):
            return node
        number = facts.get("n")
        if not is_plural(node) or not isinstance(number, (int, float)):
            raise KeyError(f"{self.language}: {key} has forms or parts; is n a number?")
        category = "zero" if number == 0 else _locale(self.language).plural_form(number)
        return str(node.get(category, node["other"]))

    def _fact(self, name: str, fact: object) -> object:
        is_count = isinstance(fact, int) and not isinstance(fact, bool)
        return self.number(fact, 0) if name == "n" and is_count else fact  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """A key that one language lacks, or whose sentence lacks facts that another language's has."""

    language: str
    key: str
    facts: tuple[str, ...] = ()


def read_tree(folder: Path, language: str) -> dict[str, Any]:
    """File name without `.yaml` -> its content, every value a text.

    Raises FileNotFoundError where the language has no file.
    """
    paths = sorted((folder / language).glob("*.yaml"))
    if not paths:
        raise FileNotFoundError(f"There are no translation files in {folder.name}/{language}.")
    return {path.stem: _read(path) for path in paths}


def differences(folder: Path) -> tuple[Difference, ...]:
    """What a language lacks that another has: keys, and facts within a sentence. Sorted."""
    leaves = {language: dict(_leaves(read_tree(folder, language))) for language in LANGUAGES}
    every = sorted({key for known in leaves.values() for key in known})
    found = (d for key in every for d in _differing(key, leaves))
    return tuple(sorted(found))


def is_plural(node: Any) -> bool:
    """Whether a node is one text in several plural forms."""
    return isinstance(node, Mapping) and "other" in node and PLURALS.issuperset(node)


def _read(path: Path) -> dict[str, Any]:
    # Base: every scalar stays a text, so that a key `on` or `no` is not read as a boolean. C: the
    # parser that contracts and registers need as well, ten times as fast as that in Python.
    loaded = yaml.load(path.read_bytes(), Loader=yaml.CBaseLoader)
    return dict(loaded or {})


@cache
def _dated(day: date, form: str, language: str) -> str:
    return format_date(day, form, locale=language)


@cache
def _locale(language: str) -> Locale:
    return Locale(language)


def _leaves(node: Any, key: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Every text's key with the facts it uses; plural forms of a text are one leaf."""
    if isinstance(node, str):
        yield key, _facts_of(node)
    elif is_plural(node):
        yield key, frozenset().union(*map(_facts_of, node.values()))
    else:
        for name, child in node.items():
            if not (name == STATUS and key.count(".") == 0 and key):
                yield from _leaves(child, f"{key}.{name}" if key else name)


def _facts_of(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def _differing(
    key: str, leaves: Mapping[str, Mapping[str, frozenset[str]]]
) -> Iterator[Difference]:
    every = frozenset().union(*(known.get(key, frozenset()) for known in leaves.values()))
    for language, known in leaves.items():
        if key not in known:
            yield Difference(language, key)
        elif lacking := every - known[key] - {"n"}:
            yield Difference(language, key, tuple(sorted(lacking)))
