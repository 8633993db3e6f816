"""What goes wrong becomes a page with a sentence: what happened, that nothing was lost, and what to do.

An error that nobody expected gets a reference, on the page and in the log, and nothing else is told.
"""

from __future__ import annotations

import logging

from aiohttp import web

from facility_agent.vocabulary.errors import InputError
from facility_agent.web import forms
from facility_agent.web.fhir_answers import outcome
from facility_agent.web.guard import CSRF_FIELD, MUTUAL_COOKIE, Handler
from facility_agent.web.keys import SITE
from facility_agent.web.render import page, status_of
from facility_agent.web.sentences import error_sentence
from facility_agent.web.speech import words_of

log = logging.getLogger(__name__)


@web.middleware
async def mistakes(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One place where errors become pages (or JSON, for the other side's machine)."""
    try:
        return await handler(request)
    except InputError as error:
        return await _answer(request, error)
    except web.HTTPNotFound:
        return await _answer(request, InputError("page-not-found"))
    except web.HTTPMethodNotAllowed:
        return await _answer(request, InputError("page-method"))
    except web.HTTPRequestEntityTooLarge:
        return await _answer(request, InputError("form-too-large"))
    except web.HTTPException:
        raise
    except Exception:
        reference = request.app[SITE].new_id()[-8:]
        log.exception("%s %s failed, reference %s", request.method, request.path, reference)
        return _broken(request, reference)


async def _answer(request: web.Request, error: InputError) -> web.StreamResponse:
    status = status_of(error)
    if request.path.startswith("/api/"):
        said = {"error": error.code, "fields": error.fields, "sentence": error_sentence(words_of(request), error)}
        return web.json_response(said, status=status)
    if request.path.startswith("/fhir/"):
        return outcome(error_sentence(words_of(request), error), status)
    try:
        # At a technical centre the form may have been opened for another mutual: there it is filled in again.
        stale = error.code == "form-stale" and MUTUAL_COOKIE not in request.cookies
        carried = await _carried(request) if stale else {}
        return await page(request, "error.html", status=status, error=error, carried=carried)
    except Exception:
        reference = request.app[SITE].new_id()[-8:]
        log.exception("the error page of %s failed, reference %s", request.path, reference)
        return _broken(request, reference)


async def _carried(request: web.Request) -> dict[str, str]:
    """What a form brought from an earlier sign-in, to be sent again by one tap. Its origin has been checked.

    A file cannot be carried on: then the form is filled in again.
    """
    form = await request.post()
    if any(isinstance(value, web.FileField) for value in form.values()):
        return {}
    return {name: value for name, value in forms.typed(form).items() if name != CSRF_FIELD}


def _broken(request: web.Request, reference: str) -> web.Response:
    """The page of last resort: it asks nothing of the database, which may be what is broken."""
    words = words_of(request)
    if request.path.startswith("/api/"):
        return web.json_response({"error": "broken", "reference": reference}, status=500)
    sentence = words("page.broken.text", reference=reference)
    text = (
        f'<!doctype html><html lang="{words.language}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{words("page.broken.title")}</title>'
        f'<link rel="stylesheet" href="/static/pages.css">'
        f"<main><h1>{words('page.broken.title')}</h1><p>{sentence}</p>"
        f'<p><a class="button" href="/">{words("action.front")}</a></p></main></html>'
    )
    return web.Response(text=text, content_type="text/html", status=500)
