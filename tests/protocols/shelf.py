"""The shipped contracts and examples, read once for all tests of protocols: a mutation run asks for them often."""

from __future__ import annotations

from functools import cache

from facility_agent.arrangements.library import Library, load, read_version, shipped_folder, version_folders
from facility_agent.arrangements.model import Arrangement
from facility_agent.workflows.examples import Example
from facility_agent.workflows.examples import read_examples as read_law
from facility_agent.workflows.protocol_examples import NAME, Written, packages, read_examples
from tests.golden.corpus import MADE_UP
from tests.golden.made_up import Case, cases

PACKAGES = packages(shipped_folder())


@cache
def library() -> Library:
    return load()


@cache
def examples() -> tuple[tuple[str, Arrangement, Written], ...]:
    """Every worked example with the package on which it is tried."""
    found = []
    for place, arrangement in PACKAGES:
        if (place / NAME).is_file():
            written, mistakes = read_examples((place / NAME).read_text(encoding="utf-8"))
            assert mistakes == (), mistakes
            found += [(f"{place.parent.name}/{place.name}", arrangement, example) for _, example in written]
    return tuple(found)


@cache
def law() -> tuple[tuple[Arrangement, Example], ...]:
    """The worked examples of every arrangement, in the order of the golden corpus."""
    found: list[tuple[Arrangement, Example]] = []
    for folder in version_folders(shipped_folder()):
        arrangement, mistakes = read_version(folder)
        assert arrangement is not None, mistakes
        written, _ = read_law((folder / "examples.toml").read_text(encoding="utf-8"), arrangement)
        found += [(arrangement, example) for example in written]
    return tuple(found)


@cache
def dice() -> tuple[Case, ...]:
    """The made-up cases of the golden corpus."""
    return tuple(cases(MADE_UP))
