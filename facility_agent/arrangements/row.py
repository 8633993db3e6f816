"""What every row of an arrangement carries: where it comes from, and names in two languages."""

from __future__ import annotations

from typing import Literal

import msgspec

Evidence = Literal["published", "implementation", "derived", "none", "invented"]
Rate = int | str


class Row(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, forbid_unknown_fields=True):
    """What every row of an arrangement carries."""

    source: str = ""
    source_date: str = ""
    evidence: Evidence = "none"
    note: str = ""
    clause: str = ""


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same words in French and English."""

    fr: str
    en: str

    def say(self, language: str) -> str:
        return self.en if language == "en" else self.fr
