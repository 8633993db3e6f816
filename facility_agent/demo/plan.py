"""What the demonstration's month is made of: one planned visit, and the ordinary reasons why people come.

Doses follow the bands of the arrangement; everything here is invented, and marked so where it is shown.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from facility_agent.vocabulary.records import Admission, Beneficiary

Where = Literal["", "desk", "facility", "mutual"]


class PlannedLine(msgspec.Struct, frozen=True):
    """An act and a quantity; `times` multiplies the tariff (1 is honest), `price` stands where there is none."""

    act: str
    quantity: int = 1
    result: str = ""
    role: str = "nurse"
    times: int = 1
    price: int = 0
    prescribed: int | None = None


class Planned(msgspec.Struct, frozen=True):
    """One visit of the month. `planted` is the finding that must come of it, and `where` it must be seen."""

    person: Beneficiary
    day: date
    at: str
    lines: tuple[PlannedLine, ...]
    condition: str
    how: Literal["card", "number", "none"] = "card"
    admission: Admission | None = None
    pregnant: bool | None = None
    emergency: bool = False
    weight_grams: int | None = None
    referred_to: str = ""
    entered_later: int = 0
    planted: str = ""
    where: Where = ""

    @property
    def clean(self) -> bool:
        return not self.planted


L = PlannedLine

#: Why adults come: condition, lines, and a weight in the lot.
ADULT: tuple[tuple[str, tuple[PlannedLine, ...], int], ...] = (
    (
        "malaria",
        (
            L("consultation-nurse"),
            L("malaria-rapid-test", 1, "positive"),
            L("artemether-lumefantrine", 24),
            L("paracetamol", 12),
        ),
        8,
    ),
    ("fever", (L("consultation-nurse"), L("malaria-rapid-test", 1, "negative"), L("paracetamol", 12)), 5),
    ("cough", (L("consultation-nurse"), L("paracetamol", 10)), 4),
    ("pneumonia", (L("consultation-nurse"), L("amoxicillin-capsule", 15), L("paracetamol", 12)), 3),
    ("stomach-pain", (L("consultation-nurse"), L("omeprazole", 14)), 3),
    ("intestinal-worms", (L("consultation-nurse"), L("albendazole", 1)), 2),
    ("eye-infection", (L("consultation-nurse"), L("tetracycline-ointment", 1)), 1),
    ("urinary-infection", (L("consultation-nurse"), L("urine-strip", 1), L("ciprofloxacin", 10)), 2),
)
#: Why small children come; tablets for 5–14 kg.
CHILD: tuple[tuple[str, tuple[PlannedLine, ...], int], ...] = (
    (
        "malaria",
        (
            L("consultation-nurse"),
            L("malaria-rapid-test", 1, "positive"),
            L("artemether-lumefantrine", 6),
            L("paracetamol-syrup", 1),
        ),
        8,
    ),
    ("diarrhoea", (L("consultation-nurse"), L("ors", 4), L("zinc", 10)), 5),
    ("pneumonia", (L("consultation-nurse"), L("amoxicillin-dt", 10)), 3),
    ("fever", (L("consultation-nurse"), L("malaria-rapid-test", 1, "negative"), L("paracetamol-syrup", 1)), 4),
)
#: What pregnant women come for.
PREGNANT: tuple[tuple[str, tuple[PlannedLine, ...], int], ...] = (
    (
        "antenatal-care",
        (L("antenatal-consultation", role="midwife"), L("iron-folate", 30), L("sulfadoxine-pyrimethamine", 3)),
        6,
    ),
    ("antenatal-care", (L("antenatal-consultation", role="midwife"), L("iron-folate", 30), L("urine-strip", 1)), 3),
    (
        "malaria-in-pregnancy",
        (
            L("consultation-pregnant-sick", role="midwife"),
            L("malaria-rapid-test", 1, "positive"),
            L("artemether-lumefantrine", 24),
        ),
        2,
    ),
)
