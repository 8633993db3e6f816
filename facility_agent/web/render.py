"""One page: its template, the words of its reader, amounts and days, and the visible state.

`page` is what every handler ends with; `again` shows a form once more, with what was typed and what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from aiohttp import web

from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Arrangement
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import Finding
from facility_agent.web import forms
from facility_agent.web.frames import Pieces, filled, marks, parts
from facility_agent.web.guard import CSRF_FIELD, Handler, may
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.labels import Labels
from facility_agent.web.sentences import CLINICAL_ROLES, clause_behind, error_sentence
from facility_agent.web.speech import words_in, words_of
from facility_agent.web.state import State, visible
from facility_agent.web.templating import html, render
from facility_agent.words import LANGUAGES, Words


class Entry(NamedTuple):
    """One link of the navigation: where it leads, its word, the page that it opens."""

    path: str
    word: str
    handler: Handler


FRAMES: web.AppKey[Pieces[tuple[bytes, ...]]] = web.AppKey("frames", Pieces)
NAVIGATION: web.AppKey[tuple[Entry, ...]] = web.AppKey("navigation", tuple)

#: Contracts whose names are kept at once.
_MOST_LABELS = 32

#: Errors that have a status of their own; all others are 422, an answer to something that was sent.
STATUS = {
    "page-not-found": 404,
    "page-not-allowed": 403,
    "fhir-not-found": 404,
    "page-method": 405,
    "form-stale": 403,
    "form-foreign": 403,
    "form-too-large": 413,
    "sign-in-wrong": 401,
    "machine-unknown": 401,
    "sign-in-ended": 401,
    "sign-in-locked": 429,
    "sign-in-too-many": 429,
    "envelopes-too-many": 429,
}


def status_of(error: InputError) -> int:
    """The HTTP status of an error's page."""
    return STATUS.get(error.code, 422)


async def page(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    """The page of a template, in the reader's language, with the state of the installation."""
    state = await visible(request.app[SITE]) if request.get(SIGNED_IN) else None
    return html(_text(request, template, state, context), status)


async def framed(
    request: web.Request, template: str, frame: msgspec.Struct, slots: Callable[[Voice], Mapping[str, str]],
    names: tuple[str, ...], make: Callable[[], Mapping[str, Any]],
) -> web.Response:  # fmt: skip
    """The page of a frame with its slots filled in; `make` gives what the template needs beside them, when it must."""
    state, signed_in = await visible(request.app[SITE]), request[SIGNED_IN]
    voice = _voice(request, state)
    key = (
        template, voice.words.language, state.shown, voice.rule_set, signed_in.csrf, signed_in.account.login,
        signed_in.account.roles, msgspec.json.encode(frame),
    )  # fmt: skip

    def made() -> tuple[bytes, ...]:
        page = _text(request, template, state, {**make(), "frame": frame, "slots": marks(names)})
        return tuple(part.encode() for part in parts(page))

    filling = {name.encode(): text.encode() for name, text in slots(voice).items()}
    return html(filled(request.app[FRAMES].of(key, made), filling))


class Voice(NamedTuple):
    """How a page speaks: its words, the names of codes, the currency, and whether to people who give care."""

    words: Words
    labels: Labels
    currency: str
    clinical: bool

    @property
    def rule_set(self) -> str:
        """What the names come from."""
        return self.labels.terms.rule_set if self.labels.terms else ""

    def say(self, finding: Finding) -> str:
        """The sentence of a finding."""
        return self.words.finding(finding, self.clinical, currency=self.currency, names=self.labels)

    def figures(self, minor: int) -> str:
        """An amount in the currency of the contract, without its name."""
        return _figures(self.words.language, minor, self.currency)


def _voice(request: web.Request, state: State | None) -> Voice:
    site, signed_in, words = request.app[SITE], request.get(SIGNED_IN), words_of(request)
    arrangement, agreement = (state.arrangement, state.agreement) if state else (None, None)
    labels = _labels(words.language, arrangement, agreement, site.config.code, site.config.name)
    clinical = signed_in is not None and any(role in CLINICAL_ROLES for role in signed_in.account.roles)
    return Voice(words, labels, state.currency if state else "XTS", clinical)


def _text(request: web.Request, template: str, state: State | None, context: Mapping[str, Any]) -> str:
    site, signed_in = request.app[SITE], request.get(SIGNED_IN)
    voice = _voice(request, state)
    shown = {
        **_speech(voice),
        "installation": site.config.name,
        "role": site.config.role,
        "invented": state.invented if state else site.config.invented,
        "exercise": site.config.exercise,
        "state": state,
        "me": signed_in.account if signed_in else None,
        "csrf_field": CSRF_FIELD,
        "csrf": signed_in.csrf if signed_in else "",
        "navigation": [entry for entry in request.app[NAVIGATION] if signed_in and may(signed_in, entry.handler)],
        "path": request.path,
        "back": request.path_qs if request.method == "GET" else "/",
        "languages": LANGUAGES,
        "done": request.query.get("done", ""),
        "error": None,
        "typed": {},
        "slots": None,
    }
    return render(voice.words.language, template, {**shown, **context})


async def again(
    request: web.Request, template: str, form: forms.Form, error: InputError, **context: Any
) -> web.Response:
    """A form once more: nothing typed is lost, and the sentence stands above it."""
    return await page(request, template, status=status_of(error), typed=forms.typed(form), error=error, **context)


_LABELS: dict[tuple[str, str, str, str, str], Labels] = {}


def _labels(language: str, arrangement: Arrangement | None, agreement: Agreement | None, own: str, name: str) -> Labels:
    """The names of codes; the same ones as long as the contract is the same."""
    key = (language, arrangement.digest if arrangement else "", agreement.digest if agreement else "", own, name)
    found = _LABELS.get(key)
    if found is None or found.agreement is not agreement:
        if len(_LABELS) >= _MOST_LABELS:
            _LABELS.clear()
        found = _LABELS[key] = Labels(words_in(language), arrangement, agreement, own, name)
    return found


@lru_cache(maxsize=64)
def _speech(voice: Voice) -> dict[str, Any]:
    """What templates say things with."""
    words, labels, currency, clinical = voice

    def money(minor: int, of: str = currency) -> str:
        return _figures(words.language, minor, of)

    def say(finding: Finding, of: str = currency) -> str:
        return words.finding(finding, clinical, currency=of, names=labels)

    said: dict[str, Any] = {
        "words": words,
        "t": words,
        "known": words.has,
        "named_finding": lambda code: words(f"page.finding.{code}") if words.has(f"page.finding.{code}") else code,
        "day": words.day,
        "month": words.month,
        "count": lambda number: _figures(words.language, number, "XTS"),
        "money": money,
        "sum": words.amount,
        "coin": lambda of=currency: _coin(words, of),
        "say": say,
        "clause": lambda finding: clause_behind(finding, labels),
        "wrong": lambda error: error_sentence(words, error),
    }
    return {**said, "lang": words.language, "names": labels, "currency": currency, "clinical": clinical}


@lru_cache(maxsize=4096)
def _figures(language: str, minor: int, currency: str) -> str:
    """An amount without its currency; the same ceilings and prices stand on many pages."""
    return words_in(language).amount(minor, currency, symbol=False)


def _coin(words: Words, currency: str) -> str:
    """The currency as people write it, for the heading of a table."""
    from babel.numbers import get_currency_symbol

    return "" if currency == "XTS" else str(get_currency_symbol(currency, locale=words.language))
