"""The words of the printed pages: the same keys and fields in both languages, and none that the code lacks."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from facility_agent.vocabulary.settlement import BatchKind, Outcome
from facility_agent.words import Words, fields_of


def messages(language: str) -> dict[str, str]:
    with resources.files("facility_agent.words").joinpath(language, "documents.po").open("rb") as stream:
        return {str(message.id): str(message.string) for message in read_po(stream) if message.id}


FRENCH, ENGLISH = messages("fr"), messages("en")
ROOMS = [Path(str(resources.files("facility_agent").joinpath(room))) for room in ("documents", "invoicing")]
CODE = "\n".join(path.read_text(encoding="utf-8") for room in ROOMS for path in sorted(room.glob("*.py")))


def test_both_languages_say_the_same_things_with_the_same_fields() -> None:
    assert FRENCH.keys() == ENGLISH.keys()
    assert all(FRENCH.values()) and all(ENGLISH.values())
    assert {key: fields_of(text) for key, text in FRENCH.items()} == {
        key: fields_of(text) for key, text in ENGLISH.items()
    }


@pytest.mark.parametrize("key", sorted(set(re.findall(r'"(doc\.[a-z_.-]+[a-z])"', CODE))))
def test_every_key_in_the_code_has_a_sentence(key: str) -> None:
    assert key in FRENCH


@pytest.mark.parametrize("code", sorted(set(re.findall(r'InputError\("([a-z-]+)"', CODE))))
def test_every_error_says_that_nothing_was_done_and_what_to_do(code: str) -> None:
    if code.startswith(("ledger-", "chart-", "batch-print-")):
        assert "Rien n’a été changé." in Words("fr")(f"error.{code}")
        assert "Nothing was changed." in Words("en")(f"error.{code}")
        return
    if code.startswith("count-"):
        assert "Rien n’a été" in Words("fr")(f"error.{code}") and "Nothing was" in Words("en")(f"error.{code}")
        return
    assert code.startswith("batch-") and "Aucun bordereau n’a été fait." in FRENCH[f"error.{code}"]
    assert "No statement was made." in ENGLISH[f"error.{code}"]


def test_every_fault_of_a_batch_has_a_sentence() -> None:
    codes = set(re.findall(r'"((?:claim-|totals-)[a-z-]+)"', (ROOMS[1] / "batch.py").read_text(encoding="utf-8")))
    assert {f"batch.{code}" for code in codes} == {key for key in FRENCH if key.startswith("batch.")}
    assert all("Rien n’a été changé." in text for key, text in FRENCH.items() if key.startswith("batch."))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_kind_and_outcome_has_a_word(language: str) -> None:
    words = Words(language)
    assert all(words.has(f"doc.kind.{kind}") for kind in BatchKind.__args__)  # type: ignore[attr-defined]
    assert all(words.has(f"doc.outcome.{outcome}") for outcome in Outcome.__args__)  # type: ignore[attr-defined]
    assert all(words.has(f"doc.weight.{weight}") for weight in ("note", "reduce", "refuse", "unchecked"))
