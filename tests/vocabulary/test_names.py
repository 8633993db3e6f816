"""Spellings of one name that sound alike have one key, and other names another one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility_agent.vocabulary.names import beginning, near, pairs, sound, variants, village, words

ALIKE = """
Ouédraogo Wedraogo Ouedrago OUEDRAOGO
Diallo Jallow Dyallo Djallo Jalloh
Traoré Traore Tarore
Coulibaly Kulibali Koulibaly Coulibali
Mbaye M'Baye M’Baye Mbay M'Bay Mbai
Aïssatou Aissata Aysatou Aissatu Aichatou
Kouamé Kwame Kouame Kuame
Kouassi Kwasi
Kouakou Kwaku
Diop Jobe Diob Dyop
Diouf Joof Dyouf
Ndiaye N'Diaye Njie Njay Njai
Cissé Ceesay Sissé Cisse
Cissoko Sissoko
Thiam Cham Tiam
Thierno Tierno Cerno
Camara Kamara
Keita Keïta Kéita
Touré Ture Turay
Mamadou Mahamadou Mamadu
Mohamed Muhammad Mouhamed
Ousmane Usman Ousman Osman
Oumar Omar Umar
Awa Hawa Aoua
Sawadogo Savadogo
Nikiéma Nikiema
Konaté Conaté
Compaoré Kompaore Compaore
Cheikh Sheikh Cheick Seikh
Khady Kadi Cadi
Gueye Guèye Gaye
Niang Nyang Gnang Ñang
Nguessan N'Guessan
Ouattara Watara Wattara
Jawara Diawara
Diabaté Jabate
Sidibé Sidibeh
Bah Ba Bâ
Sow So Sô
Barry Bari
Djibril Jibril Gibril
Yacouba Yakuba
Zongo Songo
Koffi Kofi
"""
#: Names that people tell apart, and the key must too.
APART = ("Koné Kane", "Sow Sy", "Diallo Diarra", "Traoré Touré", "Awa Ali", "Ba Bello", "Fall Faye", "Kaboré Compaoré")


@pytest.mark.parametrize("group", ALIKE.strip().splitlines())
def test_spellings_of_one_name_sound_alike(group: str) -> None:
    assert len({sound(words(name)[0]) for name in group.split()}) == 1, group


@pytest.mark.parametrize("pair", APART)
def test_other_names_sound_otherwise(pair: str) -> None:
    one, other = (sound(words(name)[0]) for name in pair.split())
    assert one != other


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("N'Do épouse Élise-Zoë", ("ndo", "elise", "zoe")),
        ("M Baye", ("mbaye",)),
        ("Ɗanjuma Ŋom Sɛdu", ("danjuma", "ngom", "sedu")),
        ("Élise", ("elise",)),
        ("OUÉDRAOGO dit Wendé", ("ouedraogo", "wende")),
        ("فاطمة", ("فاطمة",)),
        ("", ()),
        ("--'", ()),
    ],
)
def test_a_name_is_taken_apart_into_words(name: str, expected: tuple[str, ...]) -> None:
    assert words(name) == expected


def test_a_person_is_kept_under_any_two_names_and_no_more_than_twelve() -> None:
    assert pairs("Awa Diallo") == {("AWa", "JLa"), ("JLa", "AWa")}
    assert pairs("Zoé") == {("So", "")}
    assert len(pairs("Marie-Thérèse Wendpanga Noëlie Aminata Ouédraogo-Kiendrébéogo")) == 12
    assert pairs("") == frozenset()


def test_a_village_is_its_words_as_they_sound() -> None:
    assert village("Koulba-l'Est (inventé)") == village("Kulba lEst inventé")


@given(st.text(max_size=70))
def test_any_text_has_words_and_keys_of_bounded_length(text: str) -> None:
    for word in words(text):
        assert len(sound(word)) <= 12 and len(beginning(word)) <= 12
        assert sound(word) in variants(sound(word))
    assert len(pairs(text)) <= 12
    assert words(" ".join(words(text))) is not None


@given(st.text("ABKMRSTW", min_size=3, max_size=8), st.data())
def test_a_key_with_one_slip_is_near_and_meets_it_in_a_variant(key: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(key) - 1))
    for other in (
        key[:place] + key[place + 1 :],
        key[:place] + "G" + key[place:],
        key[:place] + "G" + key[place + 1 :],
        key[:place] + key[place : place + 2][::-1] + key[place + 2 :],
    ):
        assert near(key, other) and near(other, key)
        assert variants(key) & variants(other)
