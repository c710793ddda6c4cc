"""Contracts of any version, wherever they lie: in a file, in a folder, or kept from earlier on.

Here: finding and loading them. Not here: what a contract is (contract.py), how two versions differ
(differences.py).
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path

from data_contracts.contract import Contract, ContractError, load_contracts

ENDING = ".odcs.yaml"
# Beside the contracts in force: versions/<workstream>-<version>.odcs.yaml
VERSIONS = "versions"


def read_contracts(place: Path) -> tuple[Contract, ...]:
    """The contract of a file, or all of a folder. Raises ContractError for what cannot be used."""
    if place.is_dir():
        return load_contracts(place)
    if not place.is_file():
        raise ContractError(f"There is no contract at {place}.")
    name = place.name if place.name.endswith(ENDING) else f"{place.stem}{ENDING}"
    # A contract is read with its folder; alone in one, it can be of any version.
    with tempfile.TemporaryDirectory(prefix="safecare-contract-") as folder:
        shutil.copyfile(place, Path(folder, name))
        return load_contracts(Path(folder))


def earlier_versions(folder: Path, workstream: str) -> tuple[Contract, ...]:
    """The versions of a contract kept as <workstream>-<version>.odcs.yaml, oldest first."""
    kept = [read_contracts(path)[0] for path in _kept(folder, workstream)]
    own = (contract for contract in kept if contract.workstream == workstream)
    return tuple(sorted(own, key=lambda contract: _ranked(contract.version)))


def _ranked(version: str) -> tuple[tuple[int, str], ...]:
    """1.10.0 comes after 1.9.0."""
    parts = version.replace("-", ".").split(".")
    return tuple((int(part) if part.isdecimal() else -1, part) for part in parts)


def versions_digest(folder: Path, workstream: str) -> str:
    """Another text whenever a version that is kept comes, goes or changes; nothing is loaded."""
    whole = hashlib.sha256()
    for path in _kept(folder, workstream):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()


def _kept(folder: Path, workstream: str) -> list[Path]:
    return sorted(folder.glob(f"{workstream}-*{ENDING}"))
