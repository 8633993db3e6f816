"""The shipped contracts and examples, read once for all tests of protocols: a mutation run asks for them often."""

from __future__ import annotations

from functools import cache

from facility_agent.arrangements.library import Library, load, shipped_folder
from facility_agent.arrangements.model import Arrangement
from facility_agent.workflows.protocol_examples import NAME, Written, packages, read_examples

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
