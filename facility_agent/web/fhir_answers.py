"""Resources as answers, and mistakes as OperationOutcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from facility_agent import __version__
from facility_agent.exchange.fhir import wire
from facility_agent.exchange.fhir.outward import (
    CapabilityStatement,
    Interaction,
    Issue,
    OperationOutcome,
    Rest,
    RestResource,
    Software,
)
from facility_agent.exchange.fhir.parts import Part
from facility_agent.web.keys import SITE
from facility_agent.web.speech import words_of

JSON: Final = "application/fhir+json"
_CODES: Final = {401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 413: "too-long"}


def resource(made: Part, status: int = 200) -> web.Response:
    """A resource as the body of an answer."""
    return web.Response(body=wire.write(made), status=status, content_type=JSON)


def capability(request: web.Request, abilities: Mapping[str, tuple[str, ...]], said: str) -> web.Response:
    """What a server can do, by type; `said` is the key of the sentence that says how one is let in."""
    words, site = words_of(request), request.app[SITE]
    types = tuple(
        RestResource(type=type, interaction=tuple(Interaction(code=code) for code in codes))
        for type, codes in abilities.items()
    )
    return resource(
        CapabilityStatement(
            status="active",
            date=site.today().isoformat(),
            kind="instance",
            fhir_version="4.0.1",
            format=("json", JSON),
            software=Software(name="facility-agent", version=__version__),
            implementation={"description": words(said)},
            rest=(Rest(mode="server", resource=types),),
        )
    )


def outcome(sentence: str, status: int) -> web.Response:
    """What went wrong, in the reader's language."""
    return resource(
        OperationOutcome(issue=(Issue(severity="error", code=_CODES.get(status, "invalid"), diagnostics=sentence),)),
        status,
    )


def told(issues: list[str]) -> OperationOutcome:
    """What is worth saying and no mistake; all well when there is nothing."""
    if not issues:
        return OperationOutcome(issue=(Issue(severity="information", code="informational", diagnostics="ok"),))
    return OperationOutcome(
        issue=tuple(Issue(severity="information", code="informational", diagnostics=text) for text in issues)
    )
