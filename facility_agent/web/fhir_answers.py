"""Resources as answers, and mistakes as OperationOutcome."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from facility_agent.exchange.fhir import wire
from facility_agent.exchange.fhir.outward import Issue, OperationOutcome
from facility_agent.exchange.fhir.parts import Part

JSON: Final = "application/fhir+json"
_CODES: Final = {401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 413: "too-long"}


def resource(made: Part, status: int = 200) -> web.Response:
    """A resource as the body of an answer."""
    return web.Response(body=wire.write(made), status=status, content_type=JSON)


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
