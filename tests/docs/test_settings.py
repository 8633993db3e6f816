"""Every setting is in the documents with its default, and an installation's folder holds what they say."""

from __future__ import annotations

import msgspec

from facility_agent.config import Config
from facility_agent.workflows.site import ARRANGEMENTS, EXPORTS, INBOX, KEYS, OUTBOX
from tests.docs.pages import ROOT, prose, rows, text_of

TEXT = text_of("docs/settings.md")


def test_every_setting_is_told_with_its_default() -> None:
    told = {row[0].strip("`"): row[1].strip("`") for row in rows(TEXT.split("## The folder")[0])}
    known = {
        field.name: "" if field.required else msgspec.json.encode(field.default).decode()
        for field in msgspec.structs.fields(Config)
    }
    assert told == known


def test_the_file_leads_to_the_page() -> None:
    text = (ROOT / "facility_agent" / "config.py").read_text(encoding="utf-8")
    assert "See docs/architecture.md for the settings" in text
    assert "(settings.md)" in text_of("docs/architecture.md")


def test_every_folder_of_an_installation_is_told() -> None:
    for name in (ARRANGEMENTS, EXPORTS, INBOX, OUTBOX, KEYS):
        assert f"| `{name}/` |" in TEXT


def test_what_init_does_not_ask_is_told() -> None:
    from facility_agent.cli.installation import init
    from facility_agent.cli.printed import parameters

    asked = {each.written.removeprefix("--").replace("-", "_") for each in parameters(init)}
    left = {field.name for field in msgspec.structs.fields(Config)} - asked
    (sentence,) = [part for part in prose(TEXT).split("\n\n") if "has no option for" in part]
    assert all(f"`{name}`" in sentence for name in left)
    assert not any(f"`{name}`" in sentence for name in asked - {"folder", "manager"})
