"""What the report of an audit says, part by part; `audit_html` and `audit_pdf` only lay it out.

Sentences are the neutral ones: they name lines and claims, never an illness. People are named by their claims only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from facility_agent.audit.estimate import SampleFound
from facility_agent.audit.funnel import LEAST_PEERS, Funnel, Unit, funnel
from facility_agent.audit.peers import Alike, Peers, Traits, peers
from facility_agent.audit.report import AuditReport
from facility_agent.vocabulary.settlement import Batch
from facility_agent.words import Words

Audited = tuple[Batch, AuditReport, Mapping[str, tuple[Unit, ...]]]


class Table(NamedTuple):
    """A table with its heading (or none); columns from `figures_from` on hold figures."""

    title: str
    heads: tuple[str, ...]
    rows: list[list[str]]
    figures_from: int
    funnel: Funnel | None = None


class Part(NamedTuple):
    """A batch, or what was compared between facilities."""

    title: str
    tables: tuple[Table, ...]


def outline(audits: Iterable[Audited], say: Words, traits: Mapping[str, Traits] | None = None) -> tuple[Part, ...]:
    """The parts of a report: each batch, then the facilities side by side when there are several.

    `traits` say who is whose peer; where nothing is known of a facility, it is compared with the others like it.
    """
    known = tuple(audits)
    found = [_batch(batch, report, rates, say) for batch, report, rates in known]
    compared = _compared(known, say, traits or {})
    return tuple([*found, Part(say("audit.report.compared"), compared)] if compared else found)


def _batch(batch: Batch, report: AuditReport, rates: Mapping[str, tuple[Unit, ...]], say: Words) -> Part:
    def money(amount: int) -> str:
        return say.amount(amount, report.currency, symbol=False)

    amounts = {"claimed": report.claimed, "accepted": report.accepted, "cut": report.cut, "pending": report.pending}
    numbers = {
        "claims": report.claims, "without-person": report.without_person, "unchecked": report.with_unchecked,
    }  # fmt: skip
    codes = [
        [_named(total.code, say), say(f"weight.{total.weight}"), str(total.claims), money(total.cut),
         money(total.at_risk)]
        for total in report.codes
    ]  # fmt: skip
    looked = [
        [entry.number, " ".join(say.finding(finding, currency=report.currency) for finding in entry.findings),
         money(entry.claimed), money(entry.proposed), money(entry.at_risk)]
        for entry in report.look_at
    ]  # fmt: skip
    rows = [
        [_named(code, say), unit.name, str(unit.observed), str(unit.of)]
        for code, units in rates.items()
        for unit in units
    ]
    return Part(
        f"{batch.number} · {batch.facility} · {say.month(batch.month)} · {report.currency}",
        (
            Table("", (), [[say(f"audit.report.{name}"), money(amount)] for name, amount in amounts.items()], 1),
            Table("", (), [[say(f"audit.report.{name}"), str(number)] for name, number in numbers.items()], 1),
            Table("", _heads(say, "finding", "weight", "claims", "cut", "at-risk"), codes, 2),
            Table(
                say("audit.report.look-at"), _heads(say, "claim", "why", "claimed", "proposed", "at-risk"), looked, 2
            ),
            Table(say("audit.report.rates"), _heads(say, "finding", "facility", "seen", "among"), rows, 2),
            *((_sample(report.sample, say, money),) if report.sample else ()),
        ),
    )


def _sample(found: SampleFound, say: Words, money: Callable[[int], str]) -> Table:
    """What a draw was for, what was seen of it, and what may be asked back because of it."""
    rows = [
        [say(f"page.sample.use.{found.use}"), ""],
        [say("field.method"), say(f"page.sample.method.{found.method}")],
        [say("page.sample.drawn"), f"{found.drawn} / {found.of}"],
        [say("page.sample.looked"), str(found.seen)],
        [say("page.sample.errors"), str(found.errors)],
        [say("page.sample.observed"), money(found.observed)],
    ]
    if found.lower is not None and found.upper is not None:
        rows.append([say("page.sample.interval"), f"{money(found.lower)} – {money(found.upper)}"])
    if found.demand is not None:
        rows.append([say("page.sample.demand"), money(found.demand)])
        rows.append([say(f"page.sample.reason.{found.reason or 'extrapolated'}"), ""])
    return Table(say("page.sample.shows"), (), rows, 1)


def _compared(audits: Iterable[Audited], say: Words, traits: Mapping[str, Traits]) -> tuple[Table, ...]:
    """A funnel for each finding and peer group in which somebody stands out: by level, then by size and by district
    where these make other groups. Too few facilities are not compared."""
    counted: dict[str, dict[str, tuple[int, int]]] = {}
    sizes: dict[str, int] = {}
    for batch, report, rates in audits:
        sizes[batch.facility] = sizes.get(batch.facility, 0) + report.claims
        for code, units in rates.items():
            for unit in units:
                seen, of = counted.setdefault(code, {}).get(unit.name, (0, 0))
                counted[code][unit.name] = (seen + unit.observed, of + unit.of)
    known = {name: traits.get(name, Traits(claims=size)) for name, size in sizes.items()}
    tables = []
    for group, members in _groups(known, say):
        for code, found in sorted(counted.items()):
            # Where a finding was never seen nobody counted it; the facility is still among the peers.
            every = {name: found.get(name, (0, sizes[name])) for name in members}
            made = funnel([Unit(name, seen, of) for name, (seen, of) in sorted(every.items())])
            if any(point.standing not in ("inside", "small") for point in made.points):
                tables.append(_funnel_table(f"{_named(code, say)}{group}", made, say))
    return tuple(tables)


def _groups(known: Mapping[str, Traits], say: Words) -> list[tuple[str, list[str]]]:
    """The peer groups that are large enough, each set of facilities once, with what the heading says of them."""
    found: dict[frozenset[str], str] = {}
    kinds: tuple[Alike, ...] = ("level", "size", "district")
    for kind in kinds:
        members: dict[Peers, set[str]] = {}
        for name, group in peers(known, kind).items():
            members.setdefault(group, set()).add(name)
        for group, names in sorted(members.items()):
            if len(names) >= LEAST_PEERS:
                found.setdefault(frozenset(names), _said(kind, group, say))
    return [(said, sorted(names)) for names, said in found.items()]


def _said(kind: Alike, group: Peers, say: Words) -> str:
    apart = say(f"page.outliers.size.{group.apart}") if kind == "size" and group.apart else group.apart
    return "".join(f" · {part}" for part in (group.level, apart) if part)


def _funnel_table(title: str, made: Funnel, say: Words) -> Table:
    """Who stands out, and then those whose numbers are too small to say."""
    points = sorted(made.points, key=lambda point: (point.standing == "small", -point.ratio, point.name))
    rows = [
        [point.name, _standing(point.standing, say), str(point.observed), f"{point.expected:.1f}",
         f"{point.ratio:.2f}"]
        for point in points
        if point.standing != "inside"
    ]  # fmt: skip
    heads = tuple(say(f"page.outliers.{name}") for name in ("who", "standing", "observed", "expected", "ratio"))
    return Table(title, heads, rows, 2, made)


def _standing(standing: str, say: Words) -> str:
    return say(f"page.outliers.standing.{standing.replace(' ', '-')}")


def _named(code: str, say: Words) -> str:
    return say(f"page.finding.{code}") if say.has(f"page.finding.{code}") else code


def _heads(say: Words, *names: str) -> tuple[str, ...]:
    return tuple(say(f"audit.report.{name}") for name in names)
