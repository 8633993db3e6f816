"""What the keys 0 to 9 type on 13 keyboards, with and without Caps Lock: 26 states of the computer at the desk.

Windows: the keyboard files of the Unicode CLDR (`fr`, `fr-BE`, platform 6.1). Linux: measured through libxkbcommon 1.5
with xkb-data 2.35.1. macOS was not measured. The scanner believes in an American keyboard and presses no Shift.
"""

from __future__ import annotations

from typing import Final

_PLAIN: Final = "0123456789"
_FRENCH: Final = "à&é\"'(-è_ç"
_FRENCH_CAPITALS: Final = "À&É\"'(-È_Ç"
_BELGIAN: Final = "à&é\"'(§è!ç"

#: By layout: the row without Caps Lock, and with it.
ROWS: Final = {
    "us": (_PLAIN, _PLAIN),
    "win-fr": (_FRENCH, _PLAIN),
    "win-fr-BE": (_BELGIAN, _PLAIN),
    "linux-fr": (_FRENCH, _FRENCH_CAPITALS),
    "linux-fr-azerty": (_FRENCH, _FRENCH_CAPITALS),
    "linux-fr-afnor": ("»àéèê()‘’«", "»ÀÉÈÊ()‘’«"),
    "linux-be": (_BELGIAN, "À&É\"'(§È!Ç"),
    "linux-ca-fr": (_PLAIN, _PLAIN),
    "linux-ch-fr": (_PLAIN, _PLAIN),
    "linux-de": (_PLAIN, _PLAIN),
    "linux-gb": (_PLAIN, _PLAIN),
    "linux-pt": (_PLAIN, _PLAIN),
    "linux-es": (_PLAIN, _PLAIN),
}
STATES: Final = {
    f"{layout}{caps}": row
    for layout, rows in ROWS.items()
    for caps, row in zip(("", "+caps"), rows, strict=True)
}  # fmt: skip


def typed(digits: str, state: str) -> str:
    """What arrives in the field when a scanner types `digits`."""
    return digits.translate(str.maketrans(_PLAIN, STATES[state]))
