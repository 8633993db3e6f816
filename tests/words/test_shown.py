"""What a reader sees: days, amounts, delays and codes in their own way, and why something could not be judged."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from facility_agent.arrangements import agreement
from facility_agent.vocabulary.findings import FACILITY, MEMBER, Finding, note, reduce, refuse, unchecked
from facility_agent.vocabulary.money import digits, major
from facility_agent.words import LANGUAGES, Words

NAMES = {"C01": "Consultation", "TDR": "Test rapide", "GE": "Goutte épaisse", "maternity": "Accouchement", "2": "CMA"}

SHOWN = [
    (
        refuse("waiting-period", "", MEMBER, benefit="maternity", opens="2026-03-14", since="2025-06-14"),
        "Accouchement\u00a0: pris en charge à partir du 14/03/2026 (adhésion le 14/06/2025).",
        "Accouchement: paid for from 14/03/2026 (joined on 14/06/2025).",
    ),
    (
        reduce("price-above-tariff", "", FACILITY, 500, act="C01", price=1250000, tariff=1500, quantity=1),
        "Consultation\u00a0: prix 1\u202f250\u202f000\u00a0F\u202fCFA, tarif 1\u202f500\u00a0F\u202fCFA."
        " La différence ne se demande pas au bénéficiaire.",
        "Consultation: price F\u202fCFA\u00a01,250,000, tariff F\u202fCFA\u00a01,500."
        " The difference is not asked of the beneficiary.",
    ),
    (
        refuse("act-above-level", "", FACILITY, act="X9", level="1", required="2, 3"),
        "X9\u00a0: acte du niveau CMA, 3, pas du niveau 1. Référez la personne.",
        "X9 belongs to level CMA, 3, not to level 1. Refer the person.",
    ),
    (
        note("act-above-level", act="X9", level="", required="3"),
        "X9\u00a0: acte du niveau 3.",
        "X9 belongs to level 3.",
    ),
    (
        refuse("coverage-not-open", "", MEMBER, since="2026-05-01", until=""),
        "Les droits s’ouvrent le 01/05/2026. Revenez à cette date, ou voyez la mutuelle.",
        "The rights open on 01/05/2026. Come back then, or see the mutual.",
    ),
    (
        refuse("interval-too-short", "", MEMBER, act="C01", previous="2026-03-01", days=1),
        "Consultation\u00a0: dernier acte le 01/03/2026\u202f; il faut 1\u00a0jour entre les deux.",
        "Consultation: last act on 01/03/2026; 1\u00a0day must lie between the two.",
    ),
    (
        reduce("ceiling-reached", "", MEMBER, 5, scope="household", limit=100000, used=0),
        "Plafond par ménage de 100\u202f000\u00a0F\u202fCFA atteint\u202f; 0\u00a0F\u202fCFA déjà utilisés"
        " avant cette ligne.",
        "Ceiling per household of F\u202fCFA\u00a0100,000 reached; F\u202fCFA\u00a00 already used before this line.",
    ),
    (
        note("person-differs", field="birth_year", card="1988", register="1986"),
        "Carte et fichier diffèrent sur l’année de naissance (1988 / 1986). Regardez la personne et sa photo.",
        "Card and register differ on the year of birth (1988 / 1986). Look at the person and the photo.",
    ),
    (
        unchecked("register-old", "", "fact", "register", as_of="2026-01-02", days=40, limit=31),
        "Le fichier des bénéficiaires du 02/01/2026 a 40\u00a0jours\u202f; au plus 31\u00a0jours. Demandez le nouveau."
        " Non vérifié\u00a0: il manque le fichier des bénéficiaires à jour.",
        "The membership register of 02/01/2026 is 40\u00a0days old; at most 31\u00a0days. Ask for the new one."
        " Not checked: the up-to-date membership register is missing.",
    ),
    (
        unchecked("waiting-period", "", "clause", "months", benefit="maternity", opens="", since="2025-06-14"),
        "Accouchement\u00a0: durée de la période d’observation à fixer dans l’annexe."
        " Non vérifié\u00a0: la convention ne le dit pas.",
        "Accouchement: length of the waiting period to be set in the annex. Not checked: the agreement does not say.",
    ),
    (
        unchecked("document-missing", "", "fact", "bon-43", document="bon-43"),
        "La convention demande une pièce pour la ligne\u00a0: joignez-la au passage."
        " Non vérifié\u00a0: il manque bon-43.",
        "The agreement asks for a paper on the line: attach it to the visit. Not checked: bon-43 is missing.",
    ),
    (
        unchecked(
            "programme-proof-missing", "", "fact", "proof", programme="free", proofs="health-booklet, birth-certificate"
        ),
        "free\u00a0: demandez une de ces preuves\u00a0: carnet de santé, acte de naissance."
        " Non vérifié\u00a0: il manque la preuve.",
        "free: ask for one of these proofs: health booklet, birth certificate. Not checked: the proof is missing.",
    ),
    (
        unchecked("document-missing", "", "fact", "prescription", document="prescription"),
        "La convention demande une pièce pour la ligne\u00a0: joignez-la au passage."
        " Non vérifié\u00a0: il manque l’ordonnance.",
        "The agreement asks for a paper on the line: attach it to the visit. Not checked: the prescription is missing.",
    ),
    (
        refuse("card-revoked", "", MEMBER, serial=123456, as_of="2026-03-14"),
        "La carte n°\u00a0123456 est annulée (liste du 14/03/2026). Demandez la nouvelle carte.",
        "Card no. 123456 is cancelled (list of 14/03/2026). Ask for the new card.",
    ),
    (
        note("rule-set-differs", ours="1-0123456789" + "ab" * 27, theirs="1-" + "f" * 64),
        "Les deux côtés n’ont pas les mêmes règles\u00a0: 1-01234567… ici, 1-ffffffff… en face."
        " Échangez les textes en vigueur.",
        "The two sides do not have the same rules: 1-01234567… here, 1-ffffffff… there."
        " Exchange the texts in force.",
    ),
    (
        note("facts-differ", fact="paid_until", ours="2026-01-31", theirs=""),
        "Un seul des deux côtés a noté la date de la dernière cotisation.",
        "Only one of the two sides noted the date of the last contribution.",
    ),
    (
        note("facts-differ", fact="card_revoked", ours="yes", theirs="no"),
        "Les deux côtés diffèrent sur l’annulation de la carte\u00a0: oui ici, non en face.",
        "The two sides differ on the cancelling of the card: yes here, no there.",
    ),
    (
        note("facts-differ", fact="member_pays", ours="20000", theirs="25000"),
        "Les deux côtés diffèrent sur la part du bénéficiaire\u00a0: 20\u202f000\u00a0F\u202fCFA ici,"
        " 25\u202f000\u00a0F\u202fCFA en face.",
        "The two sides differ on the beneficiary’s share: F\u202fCFA\u00a020,000 here, F\u202fCFA\u00a025,000 there.",
    ),
    (
        note("provider-day-impossible", day="2026-03-14", role="", minutes=925, limit=480),
        "Le 14/03/2026\u00a0: 15\u00a0h\u00a025 de soins, 8\u00a0h\u00a000 au plus par personne."
        " Comparez avec le registre.",
        "On 14/03/2026: 15\u00a0h\u00a025 of care, at most 8\u00a0h\u00a000 per person."
        " Compare with the facility’s book.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("found", "french", "english"), SHOWN, ids=lambda value: getattr(value, "code", ""))
def test_a_finding_speaks_to_its_reader(found: Finding, french: str, english: str) -> None:
    assert Words("fr").finding(found, currency="XOF", names=NAMES) == french
    assert Words("en").finding(found, currency="XOF", names=NAMES) == english


CLINICAL = [
    (
        note("test-before-treatment", act="ACT", tests="TDR, GE"),
        "ACT vient après un test\u00a0: Test rapide, Goutte épaisse. Notez-le s’il a été fait.",
    ),
    (
        refuse("age-incompatible", "", FACILITY, act="C01", age=480, minimum=0, maximum=59),
        "Consultation\u00a0: acte prévu de 0\u00a0mois à 59\u00a0mois\u202f; la personne a 40\u00a0ans."
        " Vérifiez la date de naissance.",
    ),
    (
        refuse("age-incompatible", "", FACILITY, act="C01", age=7, minimum=185, maximum=""),
        "Consultation\u00a0: acte prévu à partir de 15\u00a0ans 5\u00a0mois\u202f; la personne a 7\u00a0mois."
        " Vérifiez la date de naissance.",
    ),
    (
        unchecked("quantity-outside-band", "", "fact", "weight", act="ACT", quantity=24),
        "ACT\u00a0: quantité 24, à voir selon le poids ou l’âge. Notez l’un des deux."
        " Non vérifié\u00a0: il manque le poids.",
    ),
    (
        note("quantity-outside-band", act="ACT", quantity=24, expected=6, unit="tablet", grams=12_000, fits="35000-"),
        "ACT\u00a0: 24 comprimés, soit 35\u00a0kg et plus\u00a0; cette personne pèse 12\u00a0kg\u00a0: 6 comprimés.",
    ),
    (
        note("quantity-outside-age-band", act="ACT", quantity=18, expected=6, unit="tablet", age=26, fits="108-180"),
        "ACT\u00a0: 18 comprimés, soit de 9\u00a0ans à moins de 15\u00a0ans\u00a0; à 26\u00a0mois\u00a0: 6 comprimés."
        " Vérifié par l’âge, sans poids.",
    ),
    (
        refuse("sex-incompatible", "", FACILITY, act="C01", sex="M"),
        "Consultation\u00a0: acte non prévu pour une personne de sexe masculin. Vérifiez l’acte et la fiche.",
    ),
    (
        refuse("duplicate-line", "", FACILITY, act="C01", line="a"),
        "Consultation figure deux fois dans ce passage. Notez les deux heures si les deux ont eu lieu.",
    ),
]


@pytest.mark.parametrize(("found", "french"), CLINICAL, ids=lambda value: getattr(value, "code", ""))
def test_care_roles_read_the_clinical_sentence(found: Finding, french: str) -> None:
    assert Words("fr").finding(found, clinical=True, names=NAMES) == french


def test_without_the_role_the_sentence_names_neither_test_nor_age() -> None:
    words = Words("fr")
    for found, clinical in CLINICAL[:-1]:
        neutral = words.finding(found, names=NAMES)
        assert neutral != clinical
        assert not any(said in neutral for said in ("Test rapide", "mois", "ans", "masculin"))


AMOUNTS = [
    (1234567, "XOF", "1\u202f234\u202f567\u00a0F\u202fCFA", "F\u202fCFA\u00a01,234,567"),
    (999, "RWF", "999\u00a0RWF", "RWF\u00a0999"),
    (123456789, "CDF", "1\u202f234\u202f567,89\u00a0CDF", "CDF\u00a01,234,567.89"),
    (-1500, "XOF", "-1\u202f500\u00a0F\u202fCFA", "F\u202fCFA\u00a0-1,500"),
    (1500, "XTS", "1\u202f500", "1,500"),
]


@pytest.mark.parametrize(("minor", "currency", "french", "english"), AMOUNTS)
def test_an_amount_is_grouped_and_never_breaks_at_the_end_of_a_line(
    minor: int, currency: str, french: str, english: str
) -> None:
    assert Words("fr").amount(minor, currency) == french
    assert Words("en").amount(minor, currency) == english


def test_an_amount_in_a_table_has_no_currency() -> None:
    assert Words("fr").amount(1234567, "CDF", symbol=False) == "12\u202f345,67"


def test_a_finding_without_a_currency_shows_the_amount_alone() -> None:
    assert Words("fr").finding(note("deductible", amount=2500)).endswith("2\u202f500.")


def test_days_and_months_are_written_as_people_write_them() -> None:
    assert Words("fr").day(date(2026, 3, 14)) == "14/03/2026"
    assert Words("fr").day(None) == ""
    assert (
        Words("fr")("finding.late-entry", day=date(2026, 3, 14), entered="hier")
        == "Soins du 14/03/2026, saisis le hier."
    )
    assert Words("fr").month("2026-03") == "mars 2026"
    assert Words("en").month("2026-03") == "March 2026"


def test_large_counts_are_grouped_and_years_are_not() -> None:
    assert Words("fr").number(2026) == "2026"
    assert Words("fr").number(123456) == "123\u202f456"


def test_every_state_of_an_agreement_has_its_word() -> None:
    for state in agreement.MOVES:
        assert not Words("fr").state("agreement", state).startswith("state.")
    assert Words("fr").state("agreement", "signed by one") == "signée d’un seul côté"
    assert Words("fr").state("batch", "paid_in_part") == "payé en partie"


@given(st.integers(-(10**15), 10**15), st.sampled_from(("XOF", "RWF", "CDF", "MRU", "XTS")))
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_amount_reads_as_babel_writes_it(language: str, minor: int, currency: str) -> None:
    value, places = major(minor, currency), digits(currency)
    number = Decimal(value.numerator) / Decimal(value.denominator)
    pattern = "#,##0" + ("." + "0" * places if places else "")
    assert Words(language).amount(minor, currency, symbol=False) == format_decimal(
        number, format=pattern, locale=language
    )
