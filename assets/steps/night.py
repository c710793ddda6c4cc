"""One night: all that the steps need to know besides the files, made once and passed to each.

Here: the clock, the contracts and the registers. Not here: any step, nor what it hands back. The
clock is an argument everywhere (`now`), so that a night can be run again as of its own day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache, cached_property
from importlib.metadata import distributions
from pathlib import Path
from zoneinfo import ZoneInfo

from assets.steps.lake import Lake, digest_of, digest_of_folder
from data_contracts.contract import Contract, Table, load_contracts, tables_by_topic
from data_contracts.registers import Registers, load_registers

LONDON = ZoneInfo("Europe/London")
# The schedule's hour: `--today` stands for the night that ends on that morning.
NIGHT_HOUR = time(2, 0)
CODE_FILES = ("*.py", "*.jinja", "*.css", "*.js", "*.yaml", "*.sql")
PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Night:
    """The lake, the agreements and the clock. `now` is a UTC time."""

    lake: Lake
    contracts: tuple[Contract, ...]
    registers: Registers
    translations: Path
    now: datetime

    @classmethod
    def open(
        cls, lake_root: Path, contracts_folder: Path | None = None, today: date | None = None
    ) -> Night:
        """Prepare a lake for a night; `today` stands for 02:00 of that day in Wales.

        Raises ContractError when a contract cannot be used.
        """
        lake = Lake(lake_root)
        lake.prepare()
        folder = contracts_folder or PROJECT / "data_contracts"
        now = datetime.now(UTC)
        if today is not None:
            now = datetime.combine(today, NIGHT_HOUR, LONDON).astimezone(UTC)
        return cls(
            lake=lake,
            contracts=load_contracts(folder),
            registers=load_registers(),
            translations=folder / "translations",
            now=now,
        )

    @property
    def today(self) -> date:
        """The day of the night in Wales."""
        return self.now.astimezone(LONDON).date()

    @property
    def record(self) -> Path:
        """Where the publishing step says how the night ended."""
        return self.lake.nights / f"{self.now:%Y%m%d-%H%M%S}.json"

    @cached_property
    def topics(self) -> dict[str, Table]:
        return tables_by_topic(self.contracts)

    @cached_property
    def code(self) -> str:
        """A digest of the program's own files and of the libraries: other code, other results."""
        folders = ("assets", "reports", "data_contracts")
        parts = [digest_of_folder(PROJECT / name, CODE_FILES) for name in folders]
        return "".join(part[:16] for part in (*parts, _digest_of_libraries()))

    @cached_property
    def words(self) -> str:
        """A digest of the translations in use."""
        return digest_of_folder(self.translations, ("*.yaml",))


@cache
def _digest_of_libraries() -> str:
    """Of the names and versions of all that is installed: they stay while a process lives."""
    return digest_of(sorted({(d.name, d.version) for d in distributions()}))
