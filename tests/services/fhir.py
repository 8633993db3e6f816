"""The schemas of FHIR as the tests ask them: `fhir.resources` in its sub-release R4B, whose resources here are R4's."""

from __future__ import annotations

import importlib
import json


def by_pydantic(data: bytes) -> None:
    """Raises when the resource does not fit its schema."""
    kind = json.loads(data)["resourceType"]
    module = importlib.import_module(f"fhir.resources.R4B.{kind.lower()}")
    getattr(module, kind).model_validate_json(data)
