"""What the errors of the mutual's desk tell a person to do, in French and in English."""

from __future__ import annotations

AUDIT: dict[str, tuple[str, str]] = {
    "batch-decided": ("peut contester", "may contest"),
    "ruling-lines": ("Rouvrez la feuille", "Open the claim again"),
    "ruling-without-reason": ("Écrivez le motif", "Write the reason"),
    "ruling-stale": ("dites votre mot de nouveau", "say your word again"),
    "ruling-none": ("Dites d’abord le vôtre", "Say yours first"),
    "ruling-nothing-chosen": ("Cochez au moins une feuille", "Tick at least one claim"),
    "second-eyes-same": ("une autre personne", "somebody else"),
    "second-eyes-missing": ("faites-la confirmer", "have somebody else confirm it"),
    "decided-by-enterer": ("une autre personne", "somebody else"),
}
