"""What judges FHIR in the tests: `fhir.resources` (R4B: here the same as R4) and a validator under Node.js."""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
from pathlib import Path

import playwright

SCRIPT = Path(__file__).with_name("validate_fhir.js")


def by_pydantic(data: bytes) -> None:
    """Raises when the resource does not fit its schema."""
    kind = json.loads(data)["resourceType"]
    module = importlib.import_module(f"fhir.resources.R4B.{kind.lower()}")
    getattr(module, kind).model_validate_json(data)


def find_node() -> str:
    """Node.js: that of the system, else the one that Playwright brings for its own use."""
    found = shutil.which("node")
    if found:
        return found
    own = Path(playwright.__file__).parent / "driver" / "node"
    if own.is_file():
        return str(own)
    raise LookupError("no Node.js on this machine: install it with « apt-get install nodejs »")


def by_node(resources: list[bytes]) -> list[list[str]]:
    """What the validator of the package `fhir` finds, resource by resource."""
    given = b"[" + b",".join(resources) + b"]"
    done = subprocess.run([find_node(), str(SCRIPT)], input=given, capture_output=True, check=True, timeout=60)
    found: list[list[str]] = json.loads(done.stdout)
    return found
