"""The invented members of an invented mutual: households, odd names, lapsed and waiting coverages.

Names are put together from lists; nobody in them is real. The same seed gives the same file to the byte.
"""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta

from facility_agent.exchange.spreadsheets import COLUMNS

FAMILIES = (
    "Ouédraogo", "Sawadogo", "Kaboré", "Zongo", "Compaoré", "Nikièma", "Traoré", "Sanou", "Kéré", "Bationo", "N'Do",
    "Yaméogo", "Ilboudo", "Tapsoba", "Dabiré", "Somé", "Ouattara", "Coulibaly", "Diallo", "Barry", "Kiendrébéogo",
)  # fmt: skip
WOMEN = (
    "Aminata", "Mariam", "Fatimata", "Awa", "Salimata", "Rasmata", "Pauline", "Léa", "Noëlie", "Habibou", "Zénabou",
    "Clémence", "Hélène", "Aïssata", "Bibata", "Edwige", "Françoise", "Mamounata", "Talato", "Poko",
)  # fmt: skip
MEN = (
    "Issa", "Moussa", "Adama", "Boukary", "Hamidou", "Jean-Baptiste", "Désiré", "Étienne", "Salif", "Rasmané",
    "Lassané", "Noël", "Karim", "Ousmane", "Tibo", "Raogo", "Paul-Marie", "Gaël", "Souleymane", "Yacouba",
)  # fmt: skip
VILLAGES = ("Secteur 1", "Secteur 2", "Tanghin (inventé)", "Koulba-l'Est (inventé)", "Nioko (inventé)")
#: Sixty letters, as some registers have them.
LONGEST = "Marie-Thérèse Wendpanga Noëlie Aminata Ouédraogo-Kiendrébéogo"[:60]


def members_csv(seed: int, count: int, month: date) -> bytes:
    """A members' file of `count` people in households, as a mutual would send it (semicolons, French columns)."""
    chance = random.Random(f"members-{seed}")
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([names[0] for names in COLUMNS.values()])
    written, household = 0, 0
    while written < count:
        household += 1
        size = min(chance.randint(3, 8), count - written)
        for row in _household(chance, household, size, month):
            # Nobody is listed with one facility: this agreement pays for visits, not for heads.
            writer.writerow([*row, ""])
        written += size
    return out.getvalue().encode("utf-8-sig")


def _household(chance: random.Random, household: int, size: int, month: date) -> list[list[str]]:
    family = chance.choice(FAMILIES)
    village, phone = chance.choice(VILLAGES), f"7{chance.randint(0, 9_999_999):07d}"
    since = date(2023, 1, 1) + timedelta(days=chance.randint(0, 700))
    paid_until = date(month.year, 12, 31)
    # Whoever loses somebody (below) is in order otherwise, whatever the seed: the story needs one of the dead.
    kind = max(chance.random(), float(_bereaved(household)))
    if kind < 0.08:
        paid_until = month - timedelta(days=chance.randint(20, 90))
    elif kind < 0.14:
        since = month - timedelta(days=chance.randint(5, 50))
    rows = []
    for person in range(size):
        if person < 2:
            sex = "F" if person == household % 2 else "M"
            born = month - timedelta(days=365 * chance.randint(19, 58) + chance.randint(0, 364))
        else:
            sex = chance.choice("FM")
            born = month - timedelta(days=chance.randint(40, 365 * 17))
        name = f"{family} {chance.choice(WOMEN if sex == 'F' else MEN)}"
        if household == 1 and person == 0:
            name, sex = LONGEST, "F"
        if household == 2 and person == 2:
            born = date(2024, 2, 29)
        died = ""
        if _bereaved(household) and person == size - 1:
            died = (month - timedelta(days=30)).isoformat()
        rows.append(
            [
                f"MLT-{household:06d}-{person + 1:02d}", f"MLT-{household:06d}", name, sex, born.isoformat(),
                "oui" if person == 0 else "non", phone if person == 0 else "", village, since.isoformat(),
                paid_until.isoformat(), "", "", died, "",
            ]
        )  # fmt: skip
    return rows


def _bereaved(household: int) -> bool:
    """Whether somebody of this household died a month ago."""
    return household % 97 == 5
