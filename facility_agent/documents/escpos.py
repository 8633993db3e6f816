"""A slip in the language of thermal printers (ESC/POS): bytes for a printer's device or a file that is sent to it.

Letters are of code page 858, which holds every accent of French; a letter that it lacks loses its accent. The code is
drawn by the printer itself (GS ( k, QR model 2).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from textwrap import wrap
from typing import Final

from facility_agent.documents.slip import SIGNS, SlipLine

_INIT: Final = b"\x1b@\x1bt\x13"  # start anew; code page 858
_BOLD: Final = {True: b"\x1bE\x01", False: b"\x1bE\x00"}
_FEED_AND_CUT: Final = b"\x1bd\x04\x1dV\x42\x00"
#: Dots to a module: symbols of these slips then are 25 to 40 mm wide.
_MODULE: Final = {"58": 4, "80": 6}


def escpos(lines: Iterable[SlipLine], code: str, paper: str = "58") -> bytes:
    """The bytes of a slip on 58 or 80 mm paper, with its code when there is one."""
    signs = SIGNS[paper]
    made = [_INIT]
    for line in lines:
        rows = ["-" * signs] if line.rule else _rows(line.text, line.amount, signs)
        made += [_BOLD[line.bold], *(encoded(row) + b"\n" for row in rows)]
    made.append(_BOLD[False])
    if code:
        made += [b"\x1ba\x01", _symbol(code.encode("ascii"), _MODULE[paper]), b"\x1ba\x00"]
    return b"".join([*made, _FEED_AND_CUT])


def encoded(text: str) -> bytes:
    """A text in code page 858; what it lacks is written without its accent, or as a question mark.

    >>> encoded("Reçu n° 5 — Ŋaaba"), encoded("1\\u202f500")
    (b'Re\\x87u n\\xf8 5 - ?aaba', b'1 500')
    """
    made = bytearray()
    for sign in text.translate(_PLAIN):
        for form in (
            sign,
            "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part)),
        ):
            try:
                made += form.encode("cp858")
                break
            except UnicodeEncodeError:
                continue
        else:
            made += b"?"
    return bytes(made)


_PLAIN: Final = str.maketrans(
    {"—": "-", "–": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "œ": "oe", "Œ": "OE", "\u202f": " ", "\u00a0": " "}
)


def _rows(text: str, amount: str, signs: int) -> list[str]:
    """A text over as many rows as it needs, the amount at the end of the last one."""
    room = signs - len(amount) - 1 if amount else signs
    rows = wrap(text, signs) or [""]
    if not amount:
        return rows
    if len(rows[-1]) > room:
        rows += wrap(rows.pop(), max(8, room))
    return [*rows[:-1], rows[-1].ljust(signs - len(amount)) + amount]


def _symbol(data: bytes, module: int) -> bytes:
    """The printer's commands for a QR symbol: model 2, size, level M, the text, print."""

    def command(function: int, *values: int, tail: bytes = b"") -> bytes:
        body = bytes((0x31, function, *values)) + tail
        return b"\x1d(k" + len(body).to_bytes(2, "little") + body

    return b"".join(
        (
            command(0x41, 0x32, 0),
            command(0x43, module),
            command(0x45, 0x31),
            command(0x50, 0x30, tail=data),
            command(0x51, 0x30),
        )
    )
