"""What the corpus holds, and the digest of its answers.

Two parts: the worked examples beside the law, which change with the contracts, and made-up cases, which change with
nothing but the rules. The name of the rule set is left out of the answers: it holds the version itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.library import read_version, shipped_folder, version_folders
from facility_agent.vocabulary.identifiers import canonical
from facility_agent.vocabulary.records import Adjudication
from facility_agent.workflows.examples import answer_of, read_examples
from tests.golden.made_up import cases

FILE: Final = Path(__file__).with_name("digests.json")
MADE_UP: Final = 500

#: Of one RULES_VERSION: the digest of each part.
Digests = dict[str, str]


def examples() -> Iterator[Adjudication]:
    """The answer to every worked example of every version."""
    for folder in version_folders(shipped_folder()):
        arrangement, mistakes = read_version(folder)
        if arrangement is None:
            raise ValueError(f"{folder}: {mistakes}")
        found, _ = read_examples((folder / "examples.toml").read_text(encoding="utf-8"), arrangement)
        yield from (answer_of(arrangement, example) for example in found)


def made_up() -> Iterator[Adjudication]:
    """The answer to every made-up case."""
    return (adjudicate(*case) for case in cases(MADE_UP))


def digest_of(answers: Iterator[Adjudication]) -> str:
    """SHA-256 over the canonical bytes of the answers, one per line, without the name of their rule set."""
    found = sha256()
    for answer in answers:
        found.update(canonical(msgspec.structs.replace(answer, rule_set="")) + b"\n")
    return found.hexdigest()


def digests() -> Digests:
    """The digests of the answers as the rules give them now."""
    return {"examples": digest_of(examples()), "made up": digest_of(made_up())}


def stored() -> dict[str, Digests]:
    """The digests written down, by RULES_VERSION."""
    return msgspec.json.decode(FILE.read_bytes(), type=dict[str, Digests])
