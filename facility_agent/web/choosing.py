"""Which act is meant: by code, name, another of its names, or their first letters, as far as only one fits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Final

from facility_agent.arrangements.model import Act
from facility_agent.vocabulary.errors import InputError

#: Between code and name in the list of acts, so that a scanner, a code alone or a chosen entry all fit.
JOIN: Final = " · "
#: So many acts are named when several fit.
_NAMED: Final = 4


def find_act(text: str, acts: Mapping[str, Act], field: str = "act", usual: Collection[str] = ()) -> str:
    """The code of the act that a text means.

    Its code, an entry of the list, a name; then the beginning of code or name, a whole word (`tdr`), the initials of
    its words (`cn` is a `consultation-nurse`), the beginnings of words (`par`, `test pal`). InputError
    `form-act-unknown`, and `form-act-several` with those that fit when it is not one alone. Of several, the only one
    among the `usual` acts of this facility is meant.
    """
    code = text.split(JOIN.strip())[0].strip()
    if code in acts:
        return code
    wanted = plain(text)
    for fits in (_is, _begins, _word, _initials, _words_begin):
        found = [act.code for act in acts.values() if any(fits(wanted, name) for name in names(act))]
        for some in (found, [act for act in found if act in usual]):
            if len(some) == 1:
                return some[0]
        if found:
            shown = ", ".join(found[:_NAMED]) + ("…" if len(found) > _NAMED else "")
            raise InputError("form-act-several", field=field, value=text, acts=shown)
    raise InputError("form-act-unknown", field=field, value=text)


def names(act: Act) -> Iterable[str]:
    """Everything that an act is called, made plain."""
    return _names(act.code, act.name.fr, act.name.en, (*act.aliases, act.atc))


@lru_cache(maxsize=4096)
def _names(code: str, french: str, english: str, aliases: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plain(name) for name in (code, french, english, *aliases) if name))


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Small letters without accents, one space between words.

    >>> plain("Test de diagnostic rapide du paludisme (TDR)"), plain("Échographie-obstétricale")
    ('test de diagnostic rapide du paludisme tdr', 'echographie obstetricale')
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[^\W_]+", "".join(sign for sign in letters if not unicodedata.combining(sign))))


def _is(wanted: str, name: str) -> bool:
    return bool(wanted) and name == wanted


def _begins(wanted: str, name: str) -> bool:
    return bool(wanted) and name.startswith(wanted)


def _word(wanted: str, name: str) -> bool:
    """A whole word of the name, such as the short form that stands in brackets."""
    return wanted in name.split()


def _initials(wanted: str, name: str) -> bool:
    return len(wanted) > 1 and "".join(word[0] for word in name.split()) == wanted


def _words_begin(wanted: str, name: str) -> bool:
    """Every word typed begins another word of the name, in order."""
    words = iter(name.split())
    parts = wanted.split()
    return bool(parts) and all(any(word.startswith(part) for word in words) for part in parts)
