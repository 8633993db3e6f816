"""Every word that a page says exists in both languages, with the same fields."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

from facility_agent.arrangements.clauses import Unit
from facility_agent.arrangements.library import load
from facility_agent.arrangements.model import Clauses
from facility_agent.eligibility.proof import ProofKind
from facility_agent.invoicing.clocks import Step
from facility_agent.invoicing.till import MOVES as TILL_MOVES
from facility_agent.protocols.package import STATED
from facility_agent.storage.store.care import VISIT_MOVES
from facility_agent.storage.store.guarantees import GUARANTEE_MOVES
from facility_agent.storage.store.offices import What
from facility_agent.vocabulary.bedside import NoteKind
from facility_agent.vocabulary.findings import CATALOGUE
from facility_agent.vocabulary.month import ReviewStep
from facility_agent.web import app, invoices, payments, visit_form
from facility_agent.web.annex_rows import COLUMNS
from facility_agent.web.given import MARKS
from facility_agent.web.guarantees import KINDS as GUARANTEES
from facility_agent.web.maternity import ENDINGS
from facility_agent.web.samples import USES
from facility_agent.web.till import KINDS
from facility_agent.words import LANGUAGES, Words, catalogue, fields_of
from facility_agent.workflows.desk import IDENTIFIED
from facility_agent.workflows.exchange import KINDS as LETTERS
from facility_agent.workflows.stays import OUTCOMES
from facility_agent.workflows.visit_life import TOLD

WEB = Path(app.__file__).parent
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
MODULES = sorted(WEB.glob("*.py"))

#: A macro's first argument, and the key that it says.
MACROS = {
    "help": "page.{}.help",
    "field": "field.{}",
    "day_field": "field.{}",
    "choose": "field.{}",
    "tick": "field.{}",
    "empty": "{}",
}

CASES = ("in-order", "contribution", "cancelled", "ended", "forgotten", "lent", "new-member", "altered", "child",
         "emergency")  # fmt: skip

#: Keys that templates put together, and all that may be put in.
BUILT = {
    "page.language.": LANGUAGES,
    "page.how.": tuple(IDENTIFIED),
    "page.answer.photo.": ("yes", "no", "none"),
    "page.answer.photo-seen.": ("yes", "no", "none"),
    **{f"page.exercise.{part}.": CASES for part in ("case", "do", "then")},
    "page.party.": ("facility", "payer"),
    "page.counter.how.": ("visit", "call"),
    "page.refund.state.": ("received", "decided", "paid", "refused"),
    "page.complaints.channel.": ("voice", "paper", "telephone"),
    "page.binding.open.": ("register_days", "offline_cap"),
    "review.step.": ReviewStep.__args__,  # type: ignore[attr-defined]
    "page.change.": (*What.__args__, "open", "closed", "shared", "apart"),  # type: ignore[attr-defined]
    "page.guarantees.silence.": ("granted", "refused", "unknown"),
    "page.outliers.standing.": ("inside", "small", "high", "very-high", "low", "very-low"),
    "page.sample.method.": ("random", "stratified", "monetary-unit"),
    "page.sample.use.": USES,
    "page.sample.reason.": ("extrapolated", "look", "recover", "items", "errors", "method"),
    "field.row.": tuple(dict.fromkeys(chain.from_iterable(COLUMNS.values()))),
    "page.draft.rows.": tuple(COLUMNS),
    "page.draft.rows-hint.": tuple(COLUMNS),
    "page.draft.empty.": ("scheme", "family", "level", "ownership", "per", "when", "kind"),
    "fact.": tuple(STATED),
    "doc.when.": ("referred", "transferred", "stay"),
    "page.paper.column.": ("sheet", "day", "member", "register", "act", "quantity", "price", "asked"),
    "page.result.": visit_form.RESULTS,
    "page.waiting.": ("open", "recorded"),
    "page.visit.by.": ("weight", "age"),
    "page.adherence.": ("more", "less"),
    "page.received.": tuple(dict.fromkeys(chain.from_iterable(LETTERS.values()))),
    "page.finding.": tuple(CATALOGUE),
    "money-kind.": payments.KINDS,
    "ledger.": (*payments.PLACES, "paid"),
    "verdict.": ("green", "amber", "red"),
    "outcome.": ("accepted", "reduced", "refused", "pending"),
    "weight.": ("note", "reduce", "refuse", "unchecked"),
    "sex.": ("F", "M"),
    "clock.": Step.__args__,  # type: ignore[attr-defined]
    "page.clocks.unit.": Unit.__args__,  # type: ignore[attr-defined]
    "page.paper.": ("receipt", "decision", "remittance"),
    "state.visit.": tuple(state for state in VISIT_MOVES if state not in ("", "claimed")),
    "state.batch.": ("preview", *invoices.STEPS, "paid-in-part"),
    "state.agreement.": ("draft", "signed-by-one", "in-force", "suspended"),
    "doc.clause.": Clauses.__struct_fields__,
    "scope.": ("person", "household"),
    "mark.": (*NoteKind.__args__, *MARKS),  # type: ignore[attr-defined]
    "till.": (*TILL_MOVES, "due"),
    "till.state.": ("nothing", "due", "part-paid", "owed", "waived", "paid", "refund", "refunded"),
    "proof.": ProofKind.__args__,  # type: ignore[attr-defined]
    "change.": (*TOLD, "person"),
    "page.done.till-": KINDS,
    "stay.outcome.": OUTCOMES,
    "maternity.": ENDINGS,
    "guarantee.kind.": GUARANTEES,
    "guarantee.state.": tuple(state for state in GUARANTEE_MOVES if state),
    "register.": ("register_number", "at", "name", "sex-age", "village", "condition", "care", "result", "sent_to"),
    "doc.per.": ("line", "visit", "stay", "day", "month", "year", "coverage"),
}


def keys_of(text: str) -> set[str]:
    """The keys that a template or a module says as they stand."""
    found = set(re.findall(r'\bt\("([a-z][\w.-]+[\w-])"', text))
    found |= set(re.findall(r'"((?:page|action|field|verdict)\.[a-z][\w.-]*[\w-])"', text))
    for macro, key in MACROS.items():
        found |= {key.format(name) for name in re.findall(rf'\b{macro}\("([a-z][\w.-]*)"', text)}
    found |= {f"error.{code}" for code in re.findall(r'InputError\("([a-z-]+)"', text)}
    found |= {f"page.done.{done}" for done in re.findall(r"[?&]done=([a-z-]+)", text)}
    return {key for key in found if key.count(".") and not key.startswith("item.")}


EVERY_KEY = sorted(
    set().union(*(keys_of(path.read_text(encoding="utf-8")) for path in (*TEMPLATES, *MODULES)))
    | {f"{start}{value}" for start, values in BUILT.items() for value in values}
)


def test_the_pages_say_many_words() -> None:
    assert len(EVERY_KEY) > 400


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_paper_and_proof_that_a_contract_names_has_a_word(language: str) -> None:
    law, words = load(), Words(language)
    unnamed = set()
    for arrangement in (version for country in law.countries for version in law.versions(country)):
        rows = arrangement.duties.identifications
        named = {row.code for row in rows}
        papers = {row.instead for row in rows if row.instead} | {
            code for row in arrangement.schemes for code in row.proofs
        }
        kinds = ("fact", "document", "proof")
        unnamed |= {code for code in papers - named if not any(words.has(f"{kind}.{code}") for kind in kinds)}
    assert unnamed == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_a_page_says_is_in_the_catalogue(language: str) -> None:
    assert [key for key in EVERY_KEY if key not in catalogue(language)] == []


def test_no_word_of_the_pages_is_left_over() -> None:
    files = [WEB.parent / "words" / language / "web.po" for language in LANGUAGES]
    own = [set(re.findall(r'^msgid "(.+)"', file.read_text(encoding="utf-8"), re.MULTILINE)) for file in files]
    assert own[0] == own[1]
    spoken = {*EVERY_KEY, *(f"page.clause.{kind}" for kind in CLAUSES), *SPOKEN_ELSEWHERE}
    assert sorted(own[0] - spoken) == []


#: What findings cite, beside the single clauses of an arrangement.
CLAUSES = (
    "agreement", "approval", "arrangement", "article", "card", "coverage", "dates", "decision", "deductible",
    "duplicates", "emergency", "form", "guarantee", "levels", "limit", "package", "protocol", "rate", "requirement",
    "roles", "rule", "tariff", "waiting",
)  # fmt: skip

#: Labels of fields that a sentence names, and of the line where they stand.
SPOKEN_ELSEWHERE = ("field.line", "field.text", "field.login", "field.password", "field.photo_seen", "field.member")


def test_both_languages_speak_of_the_same_fields() -> None:
    for key in EVERY_KEY:
        french, english = catalogue("fr")[key], catalogue("en")[key]
        assert french.strip() and english.strip(), key
        assert fields_of(french) == fields_of(english), key


def test_an_error_says_what_happened_that_nothing_changed_and_what_to_do() -> None:
    for key in (key for key in EVERY_KEY if key.startswith("error.")):
        french, english = catalogue("fr")[key], catalogue("en")[key]
        assert len(re.findall(r"[.?!](?:\s|$)", french)) >= 3, french
        assert re.search(r"[Rr]ien n[’']a été", french), french
        assert re.search(r"[Nn]othing (?:was|that)", english), english
