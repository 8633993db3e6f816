"""The changelog names every shipped version of a contract: its days, its schemes, its settled and open clauses."""

from __future__ import annotations

import re

import pytest

from facility_agent.arrangements.library import load, shipped_folder
from facility_agent.arrangements.model import Arrangement
from facility_agent.vocabulary.findings import UNKNOWN
from tests.docs.pages import section, text_of

TEXT = text_of("CHANGELOG.md")
LIBRARY = load(shipped_folder())
VERSIONS = [version for country in LIBRARY.countries for version in LIBRARY.versions(country)]


def told(version: Arrangement) -> str:
    until = f" until {version.until}" if version.until else ""
    return section(TEXT, f"{version.country}, from {version.start}{until}")


def names(said: str, head: str) -> list[str]:
    """The codes of one point of a list."""
    (point,) = re.findall(rf"^- {head}: (.*?)(?=^- |\Z)", said, re.MULTILINE | re.DOTALL)
    return re.findall(r"`([\w-]+)`", point)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: f"{version.country}-{version.start}")
def test_a_version_is_told_with_every_clause(version: Arrangement) -> None:
    said = told(version)
    clauses = version.clauses.__struct_fields__
    settled = [name for name in clauses if getattr(version.clauses, name) not in (UNKNOWN, {})]
    assert sorted(names(said, "Settled clauses")) == sorted(settled)
    assert sorted(names(said, "Open clauses")) == sorted(set(clauses) - set(settled))
    assert [scheme.code for scheme in version.schemes if f"`{scheme.code}`" not in said] in ([], ["gratuite", "mutual"])


def test_no_version_is_told_that_is_not_shipped() -> None:
    assert len(re.findall(r"^#### [A-Z]{2}, from ", TEXT, re.MULTILINE)) == len(VERSIONS)
