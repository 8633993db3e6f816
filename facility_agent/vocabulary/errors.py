"""Bad input is an error, not a refusal: it has a code, named fields, and changes nothing.

The sentences (French and English) live in the catalogues under `error.<code>`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class InputError(Exception):
    """Something that a person gave us cannot be used; nothing was changed.

    `code` is kebab-case; `fields` fill the sentence `error.<code>` of the catalogues.

    >>> InputError("envelope-truncated", name="lot.fae", size=12).code
    'envelope-truncated'
    """

    def __init__(self, code: str, /, **fields: str | int) -> None:
        super().__init__(code, fields)
        self.code = code
        self.fields: dict[str, str | int] = fields

    def __str__(self) -> str:
        details = ", ".join(f"{key}={value}" for key, value in self.fields.items())
        return f"{self.code} ({details})" if details else self.code


class InputErrors(InputError):
    """Several places are wrong, and all of them are named: the sentence of the error, then one for each mistake.

    `mistakes` are those of a contract's files (`arrangements.rows.Mistake`): file, line, key, and their own sentence.
    """

    def __init__(self, code: str, mistakes: Iterable[Any], /, **fields: str | int) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(code, count=len(self.mistakes), **fields)
