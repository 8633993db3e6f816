"""Invented months for tests: an arrangement, an agreement, claims of any size, and the batches made of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from facility_agent.arrangements import model
from facility_agent.arrangements.agreement import Agreement, Annex, Party, Signature, with_digest
from facility_agent.arrangements.model import Text
from facility_agent.vocabulary.records import (
    Adjudication,
    Basis,
    Beneficiary,
    CareLine,
    Claim,
    LineAdjudication,
    Share,
    Stay,
    Visit,
)
from facility_agent.vocabulary.settlement import Batch, BatchItem

FACILITY, MUTUAL, STATE = "CSPS-KOS", "MUT-KDG", "ETAT"
CLOSED = date(2026, 4, 5)

ARRANGEMENT = model.Arrangement(
    country="XX",
    title=Text("Arrangement d’essai", "Test arrangement"),
    currency="XOF",
    zone="Africa/Ouagadougou",
    start=date(2026, 1, 1),
    clauses=model.Clauses(rounding="down", invoice_day=10, follow_up_days={"public": 14, "private": "unknown"}),
    provenance={"invoice_day": model.Provenance(clause="art. 30")},
    levels=(model.Level(code="csps", rank=1, name=Text("CSPS", "Health post")),),
    schemes=(
        model.Scheme(
            code="free", name=Text("Gratuité", "Free care"), kind="state", order=1, payer=STATE, programme=True
        ),
        model.Scheme(code="classic", name=Text("Mutuelle classique", "Classic mutual"), kind="mutual", order=2),
    ),
    families=(
        model.Family(code="visits", name=Text("Consultations", "Visits")),
        model.Family(code="births", name=Text("Accouchements", "Births")),
    ),
    acts=(
        model.Act(code="consult", name=Text("Consultation", "Visit"), family="visits"),
        model.Act(code="birth", name=Text("Accouchement", "Birth"), family="births"),
    ),
    tariffs=(
        model.Tariff(act="consult", price=100, level="csps"),
        model.Tariff(act="birth", price="unknown", level="csps"),
        model.Tariff(act="birth", price=77777, level="elsewhere"),
    ),
    rates=(model.RateRow(scheme="free", rate=100), model.RateRow(scheme="classic", rate="unknown")),
)

AGREEMENT = with_digest(
    Agreement(
        id="CONV-2026-017",
        country="XX",
        arrangement=date(2026, 1, 1),
        start=date(2026, 2, 1),
        parties=(
            Party(code=FACILITY, name="Centre de santé de l’Étoile", role="facility", level="csps", ownership="public"),
            Party(code=MUTUAL, name="Mutuelle Laafi de N’Dorola", role="payer"),
        ),
        annex=Annex(
            clauses=model.Clauses(rounding_step=5, payment_days=30),
            acts=(model.Act(code="dressing", name=Text("Pansement", "Dressing"), family="visits"),),
            tariffs=(model.Tariff(act="birth", price=900, level="csps"), model.Tariff(act="dressing", price=1500)),
            rates=(
                model.RateRow(scheme="classic", rate=70),
                model.RateRow(scheme="classic", copay=100, act="dressing"),
            ),
            waitings=(model.Waiting(code="w", scheme="classic", months=9, families=("births",)),),
            limits=(
                model.Limit(code="l", scheme="classic", amount=50000, scope="household"),
                model.Limit(code="k", acts=("consult",), count=2, per="month", interval="unknown"),
            ),
            deductibles=(model.Deductible(code="d", scheme="classic", amount=500, per="visit"),),
            requirements=(model.Requirement(code="ordonnance", kind="document", acts=("dressing",), refuses=True),),
        ),
        signatures=(
            Signature(party=MUTUAL, by="Issa Traoré", capacity="président", on=date(2026, 1, 20), key="ab" * 32),
        ),
    )
)


def line(
    id: str, shares: tuple[tuple[str, str, int], ...], member: int = 0, facility: int = 0, act: str = "consult"
) -> LineAdjudication:
    """A line that adds up: the payers' shares, what the member pays and what the facility bears."""
    paid = sum(amount for _, _, amount in shares)
    given = tuple(Share(*share) for share in shares)
    submitted = paid + member + facility
    return LineAdjudication(id, act, submitted, submitted, paid + member, member, member, facility, given)


def claim(number: int, day: date = date(2026, 3, 14), *lines: LineAdjudication, **changes: Any) -> Claim:
    """A claim of one visit; by default the mutual owes 70 and the member pays 30."""
    judged = lines or (line("1", ((MUTUAL, "classic", 70),), member=30),)
    person = Beneficiary(f"KDG-{number:06d}-01", changes.pop("name", "Awa Ouédraogo"))
    discharged = changes.pop("discharged", None)
    visit = Visit(
        id=f"v{number}",
        facility=changes.pop("facility", FACILITY),
        day=day,
        beneficiary=person,
        lines=tuple(CareLine(entry.id, entry.act, 1, entry.submitted) for entry in judged),
        register_number=f"{number}/2026",
        at=changes.pop("at", "08:00"),
        stay=Stay(day, discharged) if discharged else None,
        condition="1F40",
        condition_text="Paludisme grave",
    )
    currency = changes.pop("currency", "XOF")
    adjudication = Adjudication(visit.id, currency, "1-test", judged)
    return Claim(f"c{number}", f"{number:05d}", visit, (), Basis("1-test"), adjudication, CLOSED, **changes)


def batch(rows: int = 1, currency: str = "XOF", names: tuple[str, ...] = ("Awa Ouédraogo",), **changes: Any) -> Batch:
    """A batch of the mutual with invented rows that add up, without the claims behind them."""
    items = []
    for number in range(rows):
        due, member, other, facility = 1000 + 7 * number, 300 + number, 50 * (number % 3), 10 * (number % 2)
        items.append(
            BatchItem(
                claim=f"c{number}",
                number=f"{number + 1:05d}",
                digest="0" * 64,
                day=date(2026, 3, 1) + timedelta(days=number * 31 // rows),
                register_number=f"{number + 1}/2026",
                member=f"KDG-{number:06d}-01",
                name=names[number % len(names)],
                submitted=due + member + other + facility,
                due=due,
                member_pays=member,
                other_payers=other,
                facility_bears=facility,
            )
        )
    known: dict[str, Any] = {
        "id": "b1", "number": "2026-03-1", "facility": FACILITY, "payer": MUTUAL, "scheme": "classic",
        "month": "2026-03", "kind": "main", "closed_on": CLOSED,
    }  # fmt: skip
    return Batch(currency=currency, items=tuple(items), **{**known, **changes})
