"""The house stands: rooms import downwards only, and below the line there is no I/O, no clock, no chance, no waiting.

A broken arrow names the file and the line.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "facility_agent"

FLOORS: dict[str, int] = {
    **dict.fromkeys(["__init__", "vocabulary"], 0),
    "arrangements": 1,
    **dict.fromkeys(["eligibility", "protocols", "invoicing"], 2),
    "adjudication": 3,
    "audit": 4,
    **dict.fromkeys(["storage", "exchange", "cards", "documents", "lake", "config", "words"], 5),
    "workflows": 6,
    "web": 7,
    **dict.fromkeys(["cli", "demo", "bench", "__main__"], 8),
}
LAST_PURE_FLOOR = 4

#: Rooms of one floor that may know each other; below the line there are none.
NEIGHBOURS = {
    ("cards", "words"),  # a printed card, like a printed page,
    ("documents", "words"),  # says its sentences in the language of the reader
    ("documents", "cards"),  # a printed page carries a code
    ("storage", "exchange"),  # keys and headers of letters are kept as they are
    ("cli", "demo"),
    ("cli", "bench"),
    ("__main__", "cli"),
}

#: What a rule may not reach for: everything it needs is an argument.
FORBIDDEN_IMPORTS = {
    *("asyncio", "threading", "subprocess", "socket", "urllib", "aiohttp"),
    *("glob", "os", "pathlib", "shutil", "tempfile", "logging"),
    *("sqlite3", "aiosqlite", "asyncpg", "tortoise"),
    *("random", "secrets", "time"),
}
FORBIDDEN_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4", "urandom"}

#: The one module below the line that may open files: it reads the published arrangements, once.
MAY_READ_FILES = PACKAGE / "arrangements" / "library.py"
FOR_READING_FILES = {"os", "pathlib"}

MODULES = sorted(PACKAGE.rglob("*.py"))
every_module = pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))


def room_of(dotted: str) -> str:
    """The room of a module: `facility_agent.web.app` and `facility_agent.web` live in `web`."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def dotted_name(module: Path) -> str:
    return ".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(module: Path) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything a module imports, also inside its functions."""
    package = dotted_name(module).split(".")
    if module.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            # `from facility_agent import web` names a room only in what it imports.
            names = [f"{name}.{alias.name}" for alias in node.names] if name == "facility_agent" else [name]
            yield from ((node.lineno, each) for each in names)


def parsed(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"), str(module))


def is_pure(module: Path) -> bool:
    return FLOORS.get(room_of(dotted_name(module)), 99) <= LAST_PURE_FLOOR


def at(module: Path, line: int, fault: str) -> str:
    return f"{module.relative_to(ROOT)}:{line}: {fault}"


def arrow_faults(module: Path) -> list[str]:
    """Imports that go up, or to a neighbour that the list above does not name."""
    own = room_of(dotted_name(module))
    if own not in FLOORS:
        return [at(module, 1, f"the room {own!r} stands on no floor")]
    faults = []
    for line, name in imports(module):
        if name.split(".")[0] != "facility_agent":
            continue
        other = room_of(name)
        if other not in FLOORS and name.count(".") == 1 and not (PACKAGE / other).is_dir():
            other = "__init__"  # a name of the package itself, such as its version
        if other == own:
            continue
        if other not in FLOORS:
            faults.append(at(module, line, f"{name}: the room {other!r} stands on no floor"))
        elif FLOORS[other] > FLOORS[own]:
            faults.append(at(module, line, f"{own} (floor {FLOORS[own]}) imports {other} (floor {FLOORS[other]})"))
        elif FLOORS[other] == FLOORS[own] and other != "__init__" and (own, other) not in NEIGHBOURS:
            faults.append(at(module, line, f"{own} imports its neighbour {other}"))
    return faults


def impurities(module: Path) -> list[str]:
    """What a module below the line does that is not a function of its arguments."""
    allowed = FOR_READING_FILES if module == MAY_READ_FILES else set()
    faults = []
    for line, name in imports(module):
        if name.split(".")[0] in FORBIDDEN_IMPORTS - allowed:
            faults.append(at(module, line, f"imports {name}"))
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await):
            faults.append(at(module, node.lineno, "waits"))
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in FORBIDDEN_CALLS:
                faults.append(at(module, node.lineno, f"calls {node.func.attr}()"))
            elif isinstance(node.func, ast.Name) and node.func.id in {"open", "print", "input"} and not allowed:
                faults.append(at(module, node.lineno, f"calls {node.func.id}()"))
    return faults


def country_faults(module: Path) -> list[str]:
    """Comparisons of a country with a written one: an exception is a key of the arrangement, or a named rule."""

    def is_country(node: ast.expr) -> bool:
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        return name == "country" or name.endswith("_country") or name == "country_code"

    def is_written(node: ast.expr) -> bool:
        return any(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in ast.walk(node))

    faults = []
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(map(is_country, sides)) and any(is_written(side) for side in sides if not is_country(side)):
                faults.append(at(module, node.lineno, "compares a country with a written one"))
        elif isinstance(node, ast.Match) and is_country(node.subject):
            faults.append(at(module, node.lineno, "chooses by country"))
    return faults


@every_module
def test_a_module_imports_only_from_lower_floors(module: Path) -> None:
    assert not arrow_faults(module), "\n" + "\n".join(arrow_faults(module))


@pytest.mark.parametrize("module", [*filter(is_pure, MODULES)], ids=lambda path: str(path.relative_to(ROOT)))
def test_below_the_line_everything_is_an_argument(module: Path) -> None:
    assert not impurities(module), "\n" + "\n".join(impurities(module))


@every_module
def test_no_module_knows_a_country_by_name(module: Path) -> None:
    assert not country_faults(module), "\n" + "\n".join(country_faults(module))


@every_module
def test_a_module_holds_one_noun(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 300, "past 300 lines a module usually holds two"


WRONG = {
    "eligibility/a.py": ("from facility_agent.invoicing import shares", "imports its neighbour invoicing"),
    "invoicing/b.py": ("def late():\n    from facility_agent.storage import store", "(floor 2) imports storage"),
    "vocabulary/c.py": ("from ..arrangements.model import Arrangement", "vocabulary (floor 0) imports arrangements"),
    "audit/d.py": ("from datetime import date\ndate.today()", "calls today()"),
    "protocols/e.py": ("import os.path", "imports os.path"),
    "adjudication.py": ("async def adjudicate(): ...", "waits"),
    "arrangements/reader.py": ("open('arrangement.toml')", "calls open()"),
    "web/f.py": ("def rate(it):\n    return it.country == 'SN'", "compares a country"),
    "audit/g.py": ("from facility_agent import workflows", "audit (floor 4) imports workflows"),
    "cellar/h.py": ("", "stands on no floor"),
}


@pytest.mark.parametrize("place", WRONG)
def test_a_broken_arrow_is_seen(place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text, expected = WRONG[place]
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path / "facility_agent")
    module = tmp_path / "facility_agent" / place
    module.parent.mkdir(parents=True)
    module.write_text(text, encoding="utf-8")
    faults = arrow_faults(module) + (impurities(module) if is_pure(module) else []) + country_faults(module)
    assert len(faults) == 1
    assert re.match(rf"facility_agent/{place}:[12]: ", faults[0])
    assert expected in faults[0]


def test_nothing_is_read_from_beside_the_project() -> None:
    beside = b"../" + b"shared"
    folders = (ROOT / name for name in ("facility_agent", "contracts", "tests", "docs"))
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    assert [str(path.relative_to(ROOT)) for path in files if beside in path.read_bytes()] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_library_that_the_project_names_is_pinned(lock: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(project["optional-dependencies"]["dev"] if "dev" in lock else [])]
    text = (ROOT / lock).read_text(encoding="utf-8")
    pinned = set(re.findall(r"^([a-z0-9.-]+)==", text, re.MULTILINE))
    names = {re.split(r"[\[<>=~! ]", requirement)[0].lower() for requirement in wanted}
    assert names - pinned == set(), "run `make lock`"
    assert "://" not in text
