"""One page: its template, the words of its reader, amounts and days, and the visible state.

`page` is what every handler ends with; `again` shows a form once more, with what was typed and what is wrong.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.findings import Finding
from facility_agent.web import forms
from facility_agent.web.guard import CSRF_FIELD, Handler, may
from facility_agent.web.keys import SIGNED_IN, SITE
from facility_agent.web.labels import Labels
from facility_agent.web.sentences import CLINICAL_ROLES, clause_behind, error_sentence
from facility_agent.web.speech import words_of
from facility_agent.web.state import State, visible
from facility_agent.web.templating import render
from facility_agent.words import LANGUAGES, Words


class Entry(NamedTuple):
    """One link of the navigation: where it leads, its word, the page that it opens."""

    path: str
    word: str
    handler: Handler


NAVIGATION: web.AppKey[tuple[Entry, ...]] = web.AppKey("navigation", tuple)

#: Errors that have a status of their own; all others are 422, an answer to something that was sent.
STATUS = {
    "page-not-found": 404,
    "page-not-allowed": 403,
    "page-method": 405,
    "form-stale": 403,
    "form-foreign": 403,
    "form-too-large": 413,
    "sign-in-wrong": 401,
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
    site = request.app[SITE]
    signed_in = request.get(SIGNED_IN)
    words = words_of(request)
    state = await visible(site) if signed_in else None
    arrangement, agreement = (state.arrangement, state.agreement) if state else (None, None)
    labels = Labels(words, arrangement, agreement, site.config.code, site.config.name)
    roles = signed_in.account.roles if signed_in else ()
    back = request.path_qs if request.method == "GET" else "/"
    shown = {
        **_speech(words, labels, state, any(role in CLINICAL_ROLES for role in roles)),
        "installation": site.config.name,
        "role": site.config.role,
        "invented": state.invented if state else site.config.invented,
        "state": state,
        "me": signed_in.account if signed_in else None,
        "csrf_field": CSRF_FIELD,
        "csrf": signed_in.csrf if signed_in else "",
        "navigation": [entry for entry in request.app[NAVIGATION] if signed_in and may(signed_in, entry.handler)],
        "path": request.path,
        "back": back,
        "languages": LANGUAGES,
        "done": request.query.get("done", ""),
        "error": None,
        "typed": {},
    }
    return render(request, words.language, template, {**shown, **context}, status)


async def again(
    request: web.Request, template: str, form: forms.Form, error: InputError, **context: Any
) -> web.Response:
    """A form once more: nothing typed is lost, and the sentence stands above it."""
    return await page(request, template, status=status_of(error), typed=forms.typed(form), error=error, **context)


def _speech(words: Words, labels: Labels, state: State | None, clinical: bool) -> dict[str, Any]:
    """What templates say things with."""
    currency = state.currency if state else "XTS"

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
    return Words(language).amount(minor, currency, symbol=False)


def _coin(words: Words, currency: str) -> str:
    """The currency as people write it, for the heading of a table."""
    from babel.numbers import get_currency_symbol

    return "" if currency == "XTS" else str(get_currency_symbol(currency, locale=words.language))
