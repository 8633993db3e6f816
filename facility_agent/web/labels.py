"""The names that people know, for the codes that records hold: acts, families, schemes, levels, payers, waits.

What the contract does not name is shown as its code, so that a page never fails for want of a name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from facility_agent.arrangements.agreement import Agreement
from facility_agent.arrangements.model import Arrangement, Family, Level, Limit, Scheme, Waiting
from facility_agent.arrangements.terms import Terms, terms
from facility_agent.documents.clause_words import ClauseWords
from facility_agent.invoicing.per_head import PER_HEAD
from facility_agent.words import Words


class Labels(Mapping[str, str]):
    """Names in one language, from the arrangement in force and the agreement of this installation.

    As a mapping it knows the name of any code; the methods ask for one kind, and fall back on the code.
    """

    def __init__(
        self, words: Words, arrangement: Arrangement | None, agreement: Agreement | None, own: str, name: str
    ) -> None:
        self.words = words
        self.arrangement = arrangement
        self.agreement = agreement
        self.terms: Terms | None = terms(arrangement, agreement, own) if arrangement is not None else None
        self._own = {own: name}

    #: As a mapping it would not be hashable; as the names of one contract it is itself and no other.
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def act(self, code: str) -> str:
        """The act's name; of a line that bills persons, what it pays for."""
        row = self.terms.acts.get(code) if self.terms else None
        if code == PER_HEAD:
            return self.words("doc.act.per-head")
        return row.name.say(self.words.language) if row else code

    def family(self, code: str) -> str:
        """The family's name."""
        return self._rows.get(code, code)

    def scheme(self, code: str) -> str:
        """The scheme's name."""
        row = self.terms.schemes.get(code) if self.terms else None
        return row.name.say(self.words.language) if row else code

    def party(self, code: str) -> str:
        """The name of a facility or payer; a payer outside the agreement goes by its scheme."""
        return self._parties.get(code, code)

    def fact(self, code: str) -> str:
        """A fact, paper, proof or role by its word, or by its code made readable."""
        for kind in ("fact", "document", "proof", "role"):
            if self.words.has(f"{kind}.{code}"):
                return self.words(f"{kind}.{code}")
        return code.replace("-", " ").replace("_", " ")

    def paper(self, code: str) -> str:
        """A paper that the arrangement wants to be seen, by its name there, or as a fact or proof."""
        rows = self.arrangement.duties.identifications if self.arrangement else ()
        row = next((row for row in rows if row.code == code), None)
        return row.name.say(self.words.language) if row else self.fact(code)

    def ceiling(self, code: str) -> str:
        """A ceiling by what it covers: « Maternité, par personne, par an »."""
        rows = (*(self.arrangement.limits if self.arrangement else ()), *self._annex_limits)
        row = next((row for row in rows if row.code == code), None)
        if row is None:
            return code
        return f"{self._care(row)}, {self.words(f'scope.{row.scope}')}, {self.words(f'doc.per.{row.per}')}"

    @cached_property
    def clauses(self) -> ClauseWords | None:
        """Every clause in words, as the printed agreement says them."""
        if self.arrangement is None:
            return None
        none_yet = Agreement(
            id="", country=self.arrangement.country, arrangement=self.arrangement.start, start=self.arrangement.start
        )
        return ClauseWords(self.arrangement, self.agreement or none_yet, self.words)

    def __getitem__(self, code: str) -> str:
        for named in (self._own, self._parties, self._rows):
            if code in named:
                return named[code]
        if self.terms and code in self.terms.acts:
            return self.act(code)
        raise KeyError(code)

    def __iter__(self) -> Iterator[str]:
        return iter({**self._rows, **self._parties, **(dict.fromkeys(self.terms.acts) if self.terms else {})})

    def __len__(self) -> int:
        return len(list(iter(self)))

    @cached_property
    def _rows(self) -> dict[str, str]:
        """Families, schemes and levels by name, waiting periods by the care that they delay."""
        if self.arrangement is None:
            return {}
        language = self.words.language
        rows: tuple[Level | Scheme | Family, ...] = (
            *self.arrangement.levels,
            *self.arrangement.schemes,
            *self.arrangement.families,
        )
        named = {row.code: row.name.say(language) for row in rows}
        annex = self.agreement.annex.waitings if self.agreement else ()
        return named | {row.code: self._care(row, named) for row in (*self.arrangement.waitings, *annex)}

    @cached_property
    def _parties(self) -> dict[str, str]:
        schemes = self.arrangement.schemes if self.arrangement else ()
        named = {row.payer: row.name.say(self.words.language) for row in schemes if row.payer}
        named |= {party.code: party.name for party in (self.agreement.parties if self.agreement else ())}
        return named | self._own

    @property
    def _annex_limits(self) -> tuple[Limit, ...]:
        return self.agreement.annex.limits if self.agreement else ()

    def _care(self, row: Waiting | Limit, named: Mapping[str, str] | None = None) -> str:
        """The care that a row is about."""
        families = self._rows if named is None else named
        care = [families.get(code, code) for code in row.families] + [self.act(code) for code in row.acts]
        return ", ".join(care) or self.words("doc.all-care")
