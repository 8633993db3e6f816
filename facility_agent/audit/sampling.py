"""What a sample may be used for: to look, to ask back what was seen, or to conclude to the whole batch.

Control by sample is a clause, and so is extrapolation; neither is allowed unless the arrangement in force says so.
Without them a draw only chooses what to look at: nothing is asked back because of it. The use is said before the draw,
so that nobody chooses it by the result.
"""

from __future__ import annotations

from typing import Literal

from facility_agent.vocabulary.errors import InputError

Use = Literal["look", "recover", "extrapolate"]


def uses(sampling: object, extrapolation: object) -> tuple[Use, ...]:
    """What a draw may serve under these two clauses; one that is open or unset allows nothing.

    >>> uses(sampling=False, extrapolation=True)
    ('look',)
    >>> uses(sampling=True, extrapolation="unknown")
    ('look', 'recover')
    """
    if sampling is not True:
        return ("look",)
    return ("look", "recover", "extrapolate") if extrapolation is True else ("look", "recover")


def check_use(use: Use, method: str, allowed: tuple[Use, ...]) -> None:
    """InputError for a use that the clauses do not allow (`sample-not-admitted`, `sample-not-extrapolated`).

    `sample-method` where the method gives nothing to multiply: items drawn by money do not stand for equal numbers.
    """
    if use not in allowed:
        raise InputError("sample-not-extrapolated" if "recover" in allowed else "sample-not-admitted")
    if use == "extrapolate" and method == "monetary-unit":
        raise InputError("sample-method", method=method)
