"""Invented people for the benchmark of the register: names of the region as often as they are met, and slips of typing.

Given and family names are put together by chance; nobody is real. How often a family name is met falls with its place
in the list, so that the commonest is that of one person in eight.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from facility_agent.vocabulary.records import Beneficiary, Coverage, Sex

FAMILIES = tuple(
    [
        "Ouédraogo",
        "Sawadogo",
        "Traoré",
        "Diallo",
        "Coulibaly",
        "Kaboré",
        "Diop",
        "Ndiaye",
        "Koné",
        "Zongo",
        "Compaoré",
        "Fall",
        "Cissé",
        "Ba",
        "Sow",
        "Kouassi",
        "Touré",
        "Camara",
        "Konaté",
        "Sanou",
        "Kouamé",
        "Ouattara",
        "Barry",
        "Nikiéma",
        "Sidibé",
        "Diarra",
        "Keïta",
        "Mbaye",
        "Gueye",
        "Bationo",
        "Yaméogo",
        "Kouakou",
        "Diabaté",
        "Sarr",
        "Faye",
        "Thiam",
        "Niang",
        "Sissoko",
        "Ilboudo",
        "Somé",
        "Dabiré",
        "Nguessan",
        "Tapsoba",
        "Zoungrana",
        "Kéré",
        "Sy",
        "Ly",
        "Diouf",
        "Sène",
        "Kinda",
        "Bamba",
        "Dembélé",
        "Doumbia",
        "Maïga",
        "Sangaré",
        "Fofana",
        "Soumahoro",
        "Yao",
        "Konan",
        "Kiendrébéogo",
        "Tiendrébéogo",
        "Ouoba",
        "Lompo",
        "Thiombiano",
        "Hien",
        "Palé",
        "Kambou",
        "Bado",
        "Bassolé",
        "Nana",
        "Guigma",
        "Balima",
        "Rouamba",
        "Simporé",
        "Belem",
        "Porgo",
        "Ganou",
        "Gnanou",
        "Drabo",
        "Boly",
        "Dicko",
        "Tamboura",
        "Adjovi",
        "Agbodjan",
        "Amouzou",
        "Koffi",
        "Mensah",
        "Lawson",
        "Ayité",
        "Akakpo",
        "Hounkpatin",
        "Dossou",
        "Zinsou",
        "Kpodar",
    ]
)
WOMEN = tuple(
    [
        "Aminata",
        "Fatoumata",
        "Awa",
        "Mariam",
        "Aïssata",
        "Aïssatou",
        "Fatou",
        "Salimata",
        "Rasmata",
        "Kadiatou",
        "Oumou",
        "Bintou",
        "Ramata",
        "Khady",
        "Adama",
        "Djénéba",
        "Habibou",
        "Zénabou",
        "Rokia",
        "Safiatou",
        "Assétou",
        "Alimata",
        "Bibata",
        "Korotoumou",
        "Ndeye",
        "Coumba",
        "Astou",
        "Mame",
        "Rama",
        "Sokhna",
        "Akissi",
        "Adjoua",
        "Affoué",
        "Amoin",
        "Marie",
        "Pauline",
        "Clémence",
        "Edwige",
        "Hélène",
        "Bernadette",
        "Talato",
        "Poko",
        "Tènè",
        "Nafissatou",
    ]
)
MEN = tuple(
    [
        "Moussa",
        "Issa",
        "Amadou",
        "Mamadou",
        "Ibrahima",
        "Ousmane",
        "Adama",
        "Abdoulaye",
        "Boubacar",
        "Seydou",
        "Souleymane",
        "Oumar",
        "Salif",
        "Hamidou",
        "Yacouba",
        "Issouf",
        "Drissa",
        "Lassina",
        "Bakary",
        "Modou",
        "Cheikh",
        "Alioune",
        "Babacar",
        "Ibra",
        "Samba",
        "Demba",
        "Thierno",
        "Djibril",
        "Kouadio",
        "Yao",
        "Koffi",
        "Kwame",
        "Jean",
        "Paul",
        "Étienne",
        "Désiré",
        "Noël",
        "Raogo",
        "Tibo",
        "Rasmané",
        "Lassané",
        "Boukary",
        "Harouna",
        "Daouda",
        "Idrissa",
    ]
)
VILLAGES = tuple(
    f"{first}{last} (inventé)"
    for first in ("Nabra", "Koul", "Tang", "Nio", "Bass", "Dio", "Saré ", "Kéur ", "Gom", "Lali")
    for last in ("ogo", "ba", "hin", "ko", "inko", "rou", "tenga", "kuy", "dougou", "bougou", "ssi", "mba", "ré", "gué")
)
SINCE, PAID_UNTIL = date(2024, 6, 1), date(2026, 12, 31)


def register(count: int, payer: str, scheme: str, seed: str = "register") -> Iterator[Coverage]:
    """`count` people in households of five, in order of their numbers."""
    chance = random.Random(seed)
    weights = [1 / (place + 2) for place in range(len(FAMILIES))]
    family = village = phone = ""
    for place in range(count):
        if place % 5 == 0:
            family, village = chance.choices(FAMILIES, weights)[0], chance.choice(VILLAGES)
            phone = f"7{chance.randrange(10_000_000):07d}"
        sex: Sex = "F" if chance.random() < 0.5 else "M"
        given = chance.choice(WOMEN if sex == "F" else MEN)
        if chance.random() < 0.2:
            given = f"{given} {chance.choice(WOMEN if sex == 'F' else MEN)}"
        household = f"BEN-{place // 5:06d}"
        born = date(1940, 1, 1) + timedelta(days=chance.randrange(31_000))
        person = Beneficiary(
            f"{household}-{place % 5 + 1:02d}", f"{family} {given}", sex, born, None, household, place % 5 == 0,
            phone if place % 5 == 0 else "", village,
        )  # fmt: skip
        yield Coverage(person, payer, scheme, SINCE, paid_until=PAID_UNTIL)


def slipped(text: str, chance: random.Random) -> str:
    """A text as fingers make it: one letter wrong, left out, doubled by its neighbour, or two that changed places.

    >>> slipped("Traore", random.Random(1)) != "Traore"
    True
    """
    letters = list(text)
    place = chance.randrange(1, len(letters)) if len(letters) > 1 else 0
    kind = chance.randrange(4)
    if kind == 0:
        letters[place] = chance.choice([sign for sign in "aeioulnrstmkdb" if sign != letters[place]])
    elif kind == 1:
        del letters[place]
    elif kind == 2:
        letters.insert(place, chance.choice("aeioulnrstmkdb"))
    elif place + 1 < len(letters):
        letters[place], letters[place + 1] = letters[place + 1], letters[place]
    return "".join(letters)
