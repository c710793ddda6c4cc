"""Fixtures of all tests of reports: one synthetic publication and its words."""

import pytest
from synthetic import make_edition

from reports.edition import Edition
from reports.words import Words


@pytest.fixture(scope="session")
def edition() -> Edition:
    return make_edition()


@pytest.fixture(scope="session")
def english(edition: Edition) -> Words:
    return Words.load(edition.translations_folder, "en")


@pytest.fixture(scope="session")
def welsh(edition: Edition) -> Words:
    return Words.load(edition.translations_folder, "cy")
