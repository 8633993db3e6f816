"""A scanner that types: it believes in an American keyboard, and the computer has a French one.

`0123456789` then arrives as `à&é"'(-è_ç`, otherwise in Belgium, otherwise with Caps Lock, otherwise again on the
AFNOR keyboard of 2019. One map undoes all of them but the last, where à and è stand for other digits: it is tried
second. The signature decides which candidate was meant; a number typed by hand is left alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Final

from facility_agent.cards.foreign import foreign
from facility_agent.eligibility.card import MAX_TEXT, MIN_DIGITS, Issuer, Reading, read_card
from facility_agent.vocabulary.errors import InputError

_DIGITS: Final = "0123456789"


def _table(*rows: str) -> dict[int, str]:
    return {ord(sign): digit for row in (_DIGITS, *rows) for sign, digit in zip(row, _DIGITS, strict=True)}


#: French and Belgian, with and without Caps Lock; a US, British, German, Spanish… row types digits as they are.
UNION: Final = _table("à&é\"'(-è_ç", "À&É\"'(-È_Ç", "à&é\"'(§è!ç", "À&É\"'(§È!Ç")
#: NF Z71-300 of 2019.
AFNOR: Final = _table("»àéèê()‘’«", "»ÀÉÈÊ()‘’«")


def candidates(typed: str) -> tuple[str, ...]:
    """The texts that a scanner may have meant, the likeliest first; the typed text itself is always the last.

    >>> scan = "1" + "0123456789" * 21
    >>> candidates(scan.translate(str.maketrans("0123456789", "à&é\\"'(-è_ç")))[0] == scan
    True
    >>> candidates(" KDG-000123-02 ")
    ('KDG-000123-02',)
    """
    text = unicodedata.normalize("NFC", typed[: MAX_TEXT + 1].strip())
    if len(text) < MIN_DIGITS or (text.isascii() and text.isdigit()):
        return (text,)
    mapped = (text.translate(table) for table in (UNION, AFNOR))
    digits = (scan for scan in mapped if scan.isascii() and scan.isdigit())
    return tuple(dict.fromkeys((*digits, text)))


def read_typed(typed: str, issuers: Mapping[str, Issuer], on: date) -> Reading:
    """Read what came into the field, from a scanner or by hand: the first candidate whose signature holds.

    Without one, the answer to the likeliest candidate: its findings, or its InputError; a code of somebody else is
    named (`foreign`).
    """
    texts = candidates(typed)
    for text in texts if len(texts) > 1 else ():
        with suppress(InputError):
            reading = read_card(text, issuers, on)
            if reading.card is not None:
                return reading
    try:
        return read_card(texts[0], issuers, on)
    except InputError as problem:
        raise (foreign(texts[-1]) if problem.code == "card-not-ours" else problem) from None
