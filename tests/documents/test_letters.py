"""Text that is too wide: smaller, then in lines, then cut where everybody sees it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from facility_agent.documents.letters import SMALLEST, Letters, bound, clean

#: Every letter is as wide as a tenth of its size, a capital twice as wide.
LETTERS = Letters(lambda letter, bold: 0.2 if letter.isupper() or bold else 0.1)


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert LETTERS.fit("abc", 2.5, 8, False, 1) == (8, ["abc"])
    assert LETTERS.fit("", 1, 8, False, 2) == (8, [])


def test_one_line_is_set_smaller_until_it_fits() -> None:
    size, rows = LETTERS.fit("abcdefghij", 6, 8, False, 1)
    assert rows == ["abcdefghij"] and 5.9 < size < 6


def test_two_lines_come_before_tiny_letters() -> None:
    assert LETTERS.fit("abcde fghij", 6, 8, False, 2) == (8, ["abcde", "fghij"])


def test_what_cannot_fit_is_cut_with_an_ellipsis() -> None:
    size, rows = LETTERS.fit("abcdefghij" * 9, 6, 8, False, 2)
    assert size == SMALLEST and len(rows) == 2 and rows[1].endswith("…")


def test_bold_letters_are_measured_as_bold() -> None:
    assert LETTERS.measure("ab", 10) == 2 and LETTERS.measure("ab", 10, bold=True) == 4


TEXTS = st.text("aB é:;»«", max_size=60).map(clean)


@given(TEXTS, st.floats(2, 30), st.floats(4, 12))
def test_wrapped_lines_fit_and_lose_no_letter(text: str, width: float, size: float) -> None:
    rows = LETTERS.wrap(text, width, size)
    assert "".join("".join(rows).split()) == "".join(bound(text).split())
    assert all(LETTERS.measure(row, size) <= width or len(row) == 1 for row in rows)


@given(TEXTS, st.floats(2, 30), st.integers(1, 3))
def test_fitted_lines_are_never_too_many_nor_too_wide(text: str, width: float, lines: int) -> None:
    size, rows = LETTERS.fit(text, width, 8, False, lines)
    assert len(rows) <= lines and SMALLEST * 0.99 <= size <= 8
    assert all(LETTERS.measure(row, size) <= width + 1e-9 or len(row) == 1 for row in rows)


def test_clean_text_holds_no_control_signs() -> None:
    assert clean("a\x00b\u202fc\r\nd\ue000 \ud800e") == "ab\u202fc d e"
    assert clean("  plain   text ") == "plain text"
