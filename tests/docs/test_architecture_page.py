"""The page of the architecture names what is there: folders, floors, tables, roles, and a sum that comes out."""

from __future__ import annotations

import re

from facility_agent.adjudication import adjudicate
from facility_agent.arrangements.agreement import with_digest
from facility_agent.arrangements.library import load, shipped_folder
from facility_agent.arrangements.reader import TABLES
from facility_agent.audit.edits import EDITS
from facility_agent.cards.draw import VERSIONS
from facility_agent.eligibility.token import MAX_BYTES, PERSON
from facility_agent.exchange.envelope import MAGIC, Head, Header
from facility_agent.exchange.keys import ROLES as KEY_ROLES
from facility_agent.exchange.messages import TYPES
from facility_agent.storage.migrations import available
from facility_agent.web.app import _BOTH, _FACILITY, _PAYER
from facility_agent.web.guard import _MACHINES, _PUBLIC, _ROLES
from facility_agent.workflows.accounts import HOLDS, ROLES
from facility_agent.workflows.comparing import read_case
from tests.docs.pages import DOCS, ROOT, rows, section, text_of
from tests.test_architecture import FLOORS

TEXT = text_of("docs/architecture.md")
PACKAGE = ROOT / "facility_agent"


def test_every_folder_of_the_package_is_named() -> None:
    folders = {path.parent for path in PACKAGE.rglob("*") if path.is_file() and path.suffix != ".pyc"} - {PACKAGE}
    named = set(re.findall(r"`(facility_agent/[\w/-]+)/`", section(TEXT, "Floors")))
    assert {str(folder.relative_to(ROOT)) for folder in folders} <= named | {"facility_agent/contracts"}
    assert [name for name in named if not (ROOT / name).is_dir()] == []


def test_every_room_stands_on_its_floor() -> None:
    told = {}
    for floor, folder, _ in rows(section(TEXT, "Floors")):
        room = folder.strip("`").removeprefix("facility_agent/").split("/")[0].removesuffix(".py")
        if floor:
            assert told.setdefault(room, int(floor)) == int(floor)
    rooms = {room for room in FLOORS if (PACKAGE / room).is_dir() or (PACKAGE / f"{room}.py").is_file()}
    assert told == {room: FLOORS[room] for room in rooms - {"__init__", "__main__"}}


def test_the_sum_that_is_worked_out_is_the_one_that_the_rules_give() -> None:
    case = read_case((DOCS / "case.json").read_bytes(), "case.json")
    arrangement = load(shipped_folder()).on(case.country, case.visit.day)
    assert arrangement is not None and case.agreement is not None
    answer = adjudicate(arrangement, with_digest(case.agreement), case.coverage, case.history, case.visit)
    payers = [share.payer for share in answer.shares]
    lines = [
        [
            f"`{line.act}`",
            *(str(amount) for amount in (line.submitted, line.eligible)),
            *(str(sum(share.amount for share in line.shares if share.payer == payer)) for payer in payers),
            *(str(amount) for amount in (line.member_pays, line.facility_bears)),
        ]
        for line in answer.lines
    ]
    shares = [share.amount for share in answer.shares]
    amounts = (answer.submitted, answer.eligible, *shares, answer.member_pays, answer.facility_bears)
    told = sorted(rows(section(TEXT, "One sum worked out")))
    assert told == sorted([*lines, ["total", *map(str, amounts)]])


def test_every_table_of_the_database_and_of_a_contract_is_named() -> None:
    created = {name for _, _, text in available() for name in re.findall(r"CREATE TABLE (\w+)", text)}
    assert {name for name in created if f"`{name}`" not in section(TEXT, "Storage")} == set()
    assert {name for name in TABLES if f"`{name}`" not in section(TEXT, "An arrangement folder")} == set()


def test_pages_are_open_to_the_roles_that_the_table_says() -> None:
    told = {}
    for pages, facility, payer in rows(section(TEXT, "Roles and pages")):
        for page in re.findall(r"`([^`]+)`", pages):
            told[page] = (facility, payer)
    found = {}
    for room in (*_BOTH, *_FACILITY, *_PAYER):
        for route in room.routes:
            sides = [_who(route.handler, "facility"), _who(route.handler, "mutual")]
            if room in _FACILITY:
                sides[1] = ""
            if room in _PAYER:
                sides[0] = ""
            page = f"{route.method} {route.path}"
            found[page] = tuple(one or other for one, other in zip(sides, found.get(page, ("", "")), strict=True))
    assert told == found


def _who(handler: object, kind: str) -> str:
    if handler in _PUBLIC:
        return "machines" if handler in _MACHINES else "everybody"
    roles = _ROLES.get(handler)  # type: ignore[call-overload]
    return "whoever is signed in" if roles is None else ", ".join(sorted(roles & set(ROLES[kind])))


def test_figures_of_the_page_are_those_of_the_code() -> None:
    assert len(EDITS) == 23 and "Twenty-three edits" in TEXT
    assert f"at most {MAX_BYTES} of them" in TEXT and f"claim {PERSON}" in TEXT
    assert f"version {VERSIONS.start} to {VERSIONS.stop - 1}" in TEXT
    assert f"`{MAGIC.decode()}`" in TEXT
    assert f"for {HOLDS.total_seconds() / 3600:.0f} hours" in TEXT
    said = section(TEXT, "Envelopes")
    fields = (*TYPES, *Head.__struct_fields__, *Header.__struct_fields__)
    assert [name for name in fields if f"`{name}`" not in said] == []
    assert [row[0].strip("`") for row in rows(section(TEXT, "Keys"))] == list(KEY_ROLES)
