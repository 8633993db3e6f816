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
AUDIT |= {
    "power-not-delegated": ("personne de la mutuelle", "Somebody of the mutual"),
    "claim-above-powers": ("confirmer par une personne", "somebody of the mutual confirm"),
    "mutual-not-yours": ("Demandez-le", "Ask its manager"),
    "centre-databases": ("toutes sur PostgreSQL", "all on PostgreSQL"),
    "centre-folder": ("Donnez au dossier", "Give the folder"),
    "report-kind": ("l’une de ces fins", "one of these ends"),
    "scan-batch": ("bordereau saisi ici", "entered here"),
    "scan-empty": ("Choisissez la page", "Choose the scanned page"),
    "scan-large": ("plus léger", "smaller size"),
    "scan-kind": ("un de ces formats", "one of these formats"),
    "intake-folder": ("Vérifiez le chemin", "Check the path"),
    "paper-heading": ("Partez du modèle", "Start from the template"),
    "paper-mistakes": ("Corrigez-les", "Correct them"),
    "paper-empty": ("au moins une ligne", "at least one line"),
    "paper-received": ("le jour où le papier est arrivé", "the day on which the paper arrived"),
    "paper-other-month": ("Corrigez le jour", "Correct the day"),
    "paper-total": ("Relisez les lignes", "Read the lines again"),
    "paper-sheet-mixed": ("son numéro", "its own number"),
    "paper-nothing-asked": ("Retirez-la", "Leave it out"),
    "paper-batch-twice": ("Ouvrez ce bordereau", "Open that batch"),
}
AUDIT |= {
    "sample-promise-second": ("servez-vous de celle-là", "use that one"),
    "sample-promise-late": ("Promettez la valeur du mois prochain", "Promise next month’s value"),
    "sample-promise-none": ("Promettez celle du mois prochain", "Promise that of next month"),
    "sample-second": ("regardez les feuilles du premier", "look at the claims of the first"),
    "sample-not-drawn": ("une feuille de l’échantillon", "a claim of the sample"),
    "sample-not-admitted": ("Tirez pour regarder seulement", "Draw for looking only"),
    "sample-not-extrapolated": ("ou pour regarder", "or to look"),
    "sample-overpaid": ("Saisissez un montant", "Enter an amount"),
    "sample-impossible": ("Baissez le taux attendu", "ower the expected rate"),
}
AUDIT |= {
    "receipt-twice": ("Ouvrez cette demande", "Open that request"),
    "member-claim-state": ("Rouvrez la liste", "Open the list again"),
    "member-claim-unknown": ("Cherchez-la dans la liste", "Look for it in the list"),
    "member-claim-empty": ("au moins un acte", "at least one act"),
    "member-claim-amount": ("Saisissez un montant", "Enter an amount"),
    "member-claim-unsigned": ("Écrivez le nom", "Write the name"),
    "complaint-empty": ("Écrivez ce qui a été dit", "Write what was said"),
    "complaint-unknown": ("Cherchez-la dans la liste", "Look for it in the list"),
    "complaint-answered": ("une nouvelle plainte", "a new complaint"),
}
AUDIT |= {
    "counter-none": ("Choisissez une feuille", "Choose a claim"),
    "counter-unknown": ("Rouvrez la liste", "Open the list again"),
}
