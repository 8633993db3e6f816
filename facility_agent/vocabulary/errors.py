"""Bad input is an error, not a refusal: it has a code, named fields, and changes nothing.

The sentences (French and English) live in the catalogues under `error.<code>`.
"""

from __future__ import annotations


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
