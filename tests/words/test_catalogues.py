"""Both languages say the same things: the same keys, with the same fields, and nothing left empty."""

from __future__ import annotations

import io
import re
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from facility_agent import words
from facility_agent.words import LANGUAGES, Words, catalogue, fields_of

FOLDER = resources.files("facility_agent.words")


def rooms() -> list[str]:
    return sorted({entry.name for language in LANGUAGES for entry in FOLDER.joinpath(language).iterdir()})


every_room = pytest.mark.parametrize("room", rooms())


def messages(language: str, room: str) -> dict[str, str]:
    text = FOLDER.joinpath(language, room).read_text("utf-8")
    return {str(entry.id): str(entry.string) for entry in read_po(io.StringIO(text), locale=language) if entry.id}


@every_room
def test_a_room_says_the_same_things_in_both_languages(room: str) -> None:
    french, english = (
        {key: fields_of(sentence) for key, sentence in messages(language, room).items()} for language in LANGUAGES
    )
    assert french == english


@every_room
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty_or_has_a_brace_that_is_no_field(room: str, language: str) -> None:
    wrong = {
        key: sentence
        for key, sentence in messages(language, room).items()
        if not sentence.strip() or set("{}") & set(re.sub(r"\{\w+\}", "", sentence))
    }
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_catalogues_are_read_and_no_key_stands_twice(language: str) -> None:
    assert len(catalogue(language)) == sum(len(messages(language, room)) for room in rooms())


TWICE_IN_ONE = {"a.po": 'msgid "desk"\nmsgstr "un"\n\nmsgid "desk"\nmsgstr "deux"\n'}
TWICE_IN_TWO = {"a.po": 'msgid "desk"\nmsgstr "un"\n', "b.po": 'msgid "desk"\nmsgstr "deux"\n'}


@pytest.mark.parametrize("files", [TWICE_IN_ONE, TWICE_IN_TWO], ids=["in one room", "in two rooms"])
def test_a_key_given_twice_is_named_with_its_file(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "notes.txt").write_text("not a catalogue", encoding="utf-8")
    for name, text in files.items():
        (tmp_path / "fr" / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(words.resources, "files", lambda package: tmp_path)
    with pytest.raises(ValueError, match=rf"^{max(files)}: desk stands twice$"):
        catalogue.__wrapped__("fr")


def test_an_unknown_key_is_shown_as_it_is() -> None:
    assert Words("fr")("page.nowhere") == "page.nowhere"
    assert Words("fr")("page.nowhere", name="Awa") == "page.nowhere"
    assert not Words("fr").has("page.nowhere")


def test_a_field_that_is_not_given_shows_as_its_own_name() -> None:
    assert Words("en")("finding.late-entry", day="Monday") == "Care of Monday, entered on {entered}."


def test_an_unknown_language_is_french() -> None:
    assert Words("wo").language == "fr"
    assert Words("wo")("verdict.green") == "Droits ouverts"
