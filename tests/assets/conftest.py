"""A desk with an empty inbox for each test."""

from pathlib import Path

import pytest
from boards import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "lake").mkdir()
    return Desk(tmp_path / "lake")
