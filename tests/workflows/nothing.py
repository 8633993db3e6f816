"""Bad input changes nothing, and says so: every table and file before and after, and the sentence in both languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import digest
from facility_agent.words import LANGUAGES, Words
from facility_agent.workflows.site import Site
from tests.workflows.audit_words import AUDIT

TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "postgres": "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
}


async def everything(*sites: Site) -> dict[str, Any]:
    """All rows of all tables of these installations, and the digests of their files."""
    found: dict[str, Any] = {}
    for site in sites:
        database = site.store.database
        for name in sorted(row["name"] for row in await database.rows(TABLES[database.dialect])):
            rows = await database.rows(f'SELECT * FROM "{name}"')
            found[f"{site.config.code}:{name}"] = sorted(repr({key: _plain(row[key]) for key in row}) for row in rows)
        found |= {f"{site.config.code}/{name}": held for name, held in files(site.folder).items()}
    return found


def files(folder: Path) -> dict[str, str]:
    """Every file below a folder by its name from there, but for the databases."""
    every = (path for path in sorted(folder.rglob("*")) if path.is_file() and ".sqlite3" not in path.name)
    return {str(path.relative_to(folder)): digest(path.read_bytes()) for path in every}


@asynccontextmanager
async def refused(code: str, *sites: Site) -> AsyncIterator[None]:
    """What happens inside is bad input: this code, its sentences, and not one row or file touched."""
    before = await everything(*sites)
    with pytest.raises(InputError) as caught:
        yield
    told(caught.value, code)
    assert await everything(*sites) == before


def told(error: InputError, code: str) -> None:
    """The error has this code, and a sentence in each language that says what to do, with nothing left open."""
    assert error.code == code, str(error)
    for language, what_to_do in zip(LANGUAGES, SAYS[code], strict=True):
        words = Words(language)
        assert words.has(f"error.{code}"), f"{code} has no sentence in {language}"
        sentence = words(f"error.{code}", **error.fields)
        assert what_to_do in sentence, sentence
        assert "{" not in sentence, sentence


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


#: What a person is told to do, in French and in English.
SAYS: dict[str, tuple[str, str]] = {
    "claims-none": ("Fermez une journée", "Close a day"),
    # A technical centre
    "mutual-not-served": ("Choisissez une mutuelle", "Choose a mutual"),
    "sharing-itself": ("Choisissez deux mutuelles", "Choose two mutuals"),
    "sharing-without-power": ("Faites d’abord signer", "First have an amendment"),
    "guarantee-not-given": ("Répondez d’abord", "Answer the request first"),
    "login-taken-there": ("sous un autre nom", "under another login"),
    # Before the close
    "claim-invoiced": ("feuille de remplacement", "replacement claim"),
    "batch-kind-not-allowed": ("Demandez au payeur", "Ask the payer"),
    "contest-id-reused": ("Demandez à l’expéditeur", "Ask the sender"),
    "batch-print-failed": ("recommencez", "try again"),
    "conditions-none": ("Ouvrez le bordereau", "Open the statement"),
    "contest-before-decision": ("Attendez la réponse", "Wait for the payer’s answer"),
    "contest-empty": ("Choisissez des lignes", "Choose lines"),
    "contest-names-nothing": ("Contestez seulement", "Contest only"),
    "contest-too-late": ("Parlez au payeur", "Speak to the payer"),
    "contest-paper-too-large": ("plus légère", "smaller copy"),
    "contest-of-another-decision": ("contester la dernière", "contest the last one"),
    "contest-nothing-open": ("Apportez d’abord", "Bring the contestation first"),
    "contest-without-answer": ("un montant et un motif", "an amount and a reason"),
    **AUDIT,
    "announcement-malformed": ("Renvoyez le fichier", "Send the sealed file again"),
    "letter-incomplete": ("Reprenez l’envoi", "Send again"),
    "restore-present": ("Ajoutez --replace", "Add --replace"),
    "restore-running": ("Arrêtez-le", "Stop it"),
    "restore-under-way": ("Attendez que", "Wait until"),
    "restore-server": ("pg_restore", "pg_restore"),
    "backup-of-another": ("Choisissez une copie", "Choose a backup"),
    "disk-full": ("Libérez de la place", "Free some space"),
    "seal-broken": ("Redemandez le bordereau", "Ask the facility for the batch again"),
    "seal-missing": ("de l’envoyer de nouveau", "to send it again"),
    "parent-missing": ("Faites-la inscrire", "Have it written"),
    "endorse-nothing": ("Choisissez des bordereaux", "Choose batches"),
    "agreement-party-role": ("Donnez un autre code", "another code"),
    "agreement-party-days": ("Corrigez son premier", "Correct its first"),
    "agreement-level": ("chr, chu, cma, csps", "chr, chu, cma, csps"),
    "agreement-parent": ("corrigez le code", "correct the code"),
    "count-in-future": ("Choisissez un jour", "Choose a day"),
    "count-no-register": ("Recevez d’abord", "first"),
    "count-nothing": ("Vérifiez le niveau", "Check the facility"),
    "count-of-another": ("Demandez-lui", "Ask for the right"),
    "count-rate-open": ("Fixez-le avec le payeur", "Set it with the payer"),
    "count-invoiced": ("Contestez-y", "Contest there"),
    "count-not-explained": ("Ouvrez Paiement par tête", "Open Payment per head"),
    "count-not-replaced": ("Contestez la ligne", "Contest the line"),
    "month-unreviewed": ("revoyez-les", "review them"),
    "review-nothing": ("Cochez au moins", "Tick at least"),
    "machine-unknown": ("Demandez un nouveau mot", "Ask the payer"),
    "machine-facility": ("Vérifiez le code", "Check the facility"),
    "machine-days": ("Choisissez une autre", "Choose another"),
    "machine-none": ("Vérifiez le nom", "Check the name"),
    "fhir-insurer": ("au bon endroit", "the right place"),
    "fhir-contest": ("Donnez identifier", "Give identifier"),
    "fhir-bundle-large": ("Partagez-le", "Divide it"),
    "fhir-bundle-entry": ("Corrigez cette entrée", "Correct this entry"),
    "fhir-payer": ("Donnez son code", "Give its code"),
    "fhir-payment-differs": ("lequel est juste", "which one is right"),
    "fhir-claim-unnamed": ("Donnez un", "Give an"),
    "fhir-claim-differs": ("Donnez un autre", "Give the corrected"),
    "endorsement-said": ("Attendez un nouvel envoi", "Wait for the facility"),
    # The desk
    "picture-empty": ("Prenez la photo encore une fois", "Take the photo once more"),
    "picture-format": ("Envoyez une photo JPEG", "Send a JPEG"),
    "picture-no-code": ("Approchez la carte", "Bring the card closer"),
    "card-not-ours": ("tapez le numéro de membre", "type the member number"),
    "card-misread": ("Scannez la carte encore une fois", "Scan the card once more"),
    "member-unknown": ("Vérifiez le numéro", "Check the number"),
    "household-choose": ("Choisissez la personne", "Choose the person"),
    "household-not-theirs": ("Choisissez une personne", "Choose a person"),
    "household-unknown": ("Demandez le nouveau fichier", "Ask the mutual for the new register"),
    "household-not-a-card": ("Scannez la carte encore une fois", "Scan the card again"),
    "newborn-mother": ("Vérifiez le numéro de la mère", "Check the mother’s number"),
    "newborn-day": ("Corrigez le jour de la naissance", "Correct the day of birth"),
    "newborn-proof": ("Choisissez la preuve", "Choose the proof"),
    "newborn-number": ("Recopiez-le", "Copy it"),
    "newborn-differs": ("Vérifiez les deux numéros", "Check both numbers"),
    "number-taken-over": ("Vérifiez les deux numéros", "Check both numbers"),
    # Cards and keys at the mutual
    "card-none": ("Émettez la carte", "Issue the card"),
    "card-serial-unknown": ("Relisez le numéro", "Read the number"),
    "card-not-entitled": ("Corrigez d’abord le fichier", "Correct the register first"),
    "key-missing": ("Créez les clés", "Create the keys"),
    "key-unknown": ("keys show", "keys show"),
    "key-day": ("Donnez le premier jour", "Give the first possible day"),
    "party-keys-older": ("Demandez la liste d’aujourd’hui", "Ask for the list of today"),
    "party-keys-changed": ("échangez les clés à la main", "exchange the keys by hand"),
    "party-keys-of-another": ("Demandez sa liste", "for its list"),
    "sign-in-wrong": ("Recommencez", "Try again"),
    # Visits
    "visit-empty": ("Ajoutez au moins une ligne", "Add at least one line"),
    "visit-in-future": ("Corrigez la date", "Correct the day"),
    "act-without-tariff": ("Demandez un avenant", "Ask for an amendment"),
    "arrangement-missing": ("vérifiez la date", "check the day"),
    "sheet-taken": ("Vérifiez le numéro", "Check the number"),
    "sheet-incomplete": ("Complétez-la", "Complete it"),
    "sheet-nothing": ("ordonnance pour ailleurs", "prescription for elsewhere"),
    "sheet-own": ("d’une autre formation", "of another facility"),
    "sheet-other-person": ("Vérifiez la carte et la fiche", "Check the card and the sheet"),
    "proof-not-ours": ("Scannez le code", "Scan the code"),
    "proof-altered": ("Gardez le papier", "Keep the paper"),
    "stay-running": ("Notez d’abord sa sortie", "Note the discharge first"),
    "stay-day": ("Corrigez la date", "Correct the day"),
    "stay-outcome": ("Choisissez-la", "Choose it"),
    "stay-referred-where": ("Écrivez le nom", "Write the name"),
    "guarantee-reason": ("Écrivez-le", "Write it"),
    "guarantee-number": ("Faites répéter", "read out again"),
    "guarantee-number-taken": ("Faites répéter", "read out again"),
    "guarantee-unknown": ("Rouvrez la liste", "Open the list"),
    "guarantee-state": ("Rouvrez la page", "Open the page"),
    "guarantee-sender": ("Renvoyez-la", "Send it back"),
    "notice-sender": ("Renvoyez la lettre", "Send the letter back"),
    "visit-unknown": ("Cherchez-le dans la liste", "Look for it in the list"),
    "visit-same-person": ("Choisissez l’autre personne", "Choose the other person"),
    "visit-month-closed": ("Écrivez le motif", "Write why the entry is late"),
    "prescription-used-up": ("ce qui reste", "what is left"),
    "prescription-filled": ("Laissez cette ligne", "Leave that line"),
    "till-nothing": ("Écrivez le montant", "Write the amount"),
    "till-above-share": ("Corrigez le montant", "Correct the amount"),
    "till-refund-above": ("Corrigez le montant", "Correct the amount"),
    "till-entry-reused": ("Rouvrez la page", "Open the page"),
    "till-empty": ("rien à clore", "nothing to close"),
    "till-moved": ("Recomptez", "Count again"),
    "till-nobody": ("Écrivez le nom", "Write the name"),
    "till-difference-unexplained": ("écrivez-en l’explication", "write its explanation"),
    "slip-nothing": ("pas de reçu", "no slip"),
    "slip-no-shortage": ("Notez d’abord la rupture", "Note the shortage"),
    "printer-none": ("depuis le navigateur", "from the browser"),
    "printer-off": ("Allumez-la", "Switch it on"),
    "visit-changed": ("refaites votre saisie", "enter your change once more"),
    "pregnancy-person": ("Vérifiez la personne", "Check the person"),
    "pregnancy-none": ("Liez-le d’abord", "Link it first"),
    "pregnancy-births": ("Écrivez le nombre", "Write the number"),
    "visit-not-open": ("une visite qui la remplace", "one that replaces it"),
    "reason-missing": ("Écrivez-la en quelques mots", "Write it in a few words"),
    "claim-unknown": ("Vérifiez le numéro", "Check the number"),
    "claim-replaced-twice": ("Corrigez celle qui la remplace", "Correct the one that replaces it"),
    # The month
    "month-malformed": ("Écrivez-le 2026-03", "Write it 2026-03"),
    "month-not-over": ("Revenez le mois suivant", "Come back next month"),
    "month-visits-open": ("Clôturez les journées d’abord", "Close the days first"),
    "batch-second-main": ("un bordereau complémentaire", "a supplementary batch"),
    "batch-empty": ("Vérifiez le mois", "Check the month"),
    "batch-unknown": ("vérifiez auprès de l’expéditeur", "check with the sender"),
    # Sealed files
    "envelope-not-ours": ("Choisissez le fichier reçu", "Choose the file that you received"),
    "envelope-truncated": ("Copiez le fichier de nouveau", "Copy the file again"),
    "envelope-altered": ("Demandez à l’expéditeur de l’envoyer de nouveau", "Ask the sender to send it again"),
    "envelope-version": ("Mettez ce poste à jour", "Upgrade this computer"),
    "envelope-for-somebody-else": ("Remettez-la à son destinataire", "Hand it to its recipient"),
    "envelope-sender-unknown": ("comparez les empreintes", "compare the fingerprints"),
    "envelope-kind-not-ours": ("Vérifiez à qui l’envoyer", "Check whom to send it to"),
    "envelope-id-reused": ("Demandez à l’expéditeur laquelle", "Ask the sender which"),
    "envelope-sequence-reused": ("sous un nouveau numéro", "under a new number"),
    "message-malformed": ("Signalez cet endroit à l’expéditeur", "Tell the sender this place"),
    "party-unknown": ("Échangez d'abord les clés publiques", "Exchange the public keys first"),
    "register-older": ("demandez à MLT son dernier fichier", "ask MLT for its latest file"),
    "register-of-another": ("Demandez-le à MLT", "Ask MLT for it"),
    "register-number-twice": ("un fichier corrigé", "a corrected register"),
    "register-base": ("Demandez à MLT le fichier entier", "Ask MLT for the whole file"),
    "register-inconsistent": ("Demandez-le de nouveau", "Ask for it again"),
    "register-no-agreement": ("Signez une convention", "Sign an agreement"),
    "list-empty": ("Vérifiez le nom du village", "Check the village’s name"),
    "register-none": ("Recevez d’abord le fichier", "Receive the register"),
    "sheet-used": ("Relisez son numéro", "Read its number again"),
    "sheet-unknown": ("Relisez son numéro", "Read its number again"),
    "sheet-malformed": ("Recopiez-le de la feuille", "Copy it from the sheet"),
    "sheet-after-care": ("Relisez le numéro et le jour", "Read number and day again"),
    # Batches and their answers
    "batch-for-another-payer": ("Envoyez-le à AUTRE", "Send it to AUTRE"),
    "batch-of-another-facility": ("Demandez-le à AUTRE", "Ask AUTRE for it"),
    "batch-inconsistent": ("Signalez-le", "Report it"),
    "batch-id-reused": ("lequel des deux est le bon", "which of the two is right"),
    "claim-malformed": ("Demandez à la formation sanitaire de refaire", "Ask the health facility to make it anew"),
    "claim-replaces-foreign": ("Demandez à celle qui l’envoie", "Ask its sender"),
    "claim-id-reused": ("Une correction est une nouvelle feuille", "A correction is a new claim"),
    "claim-in-another-batch": ("Retirez-la de ce bordereau-ci", "Leave it out of this batch"),
    "receipt-does-not-fit": ("quel bordereau elle a reçu", "which batch it received"),
    "answer-of-another": ("Attendez la réponse de MLT", "Wait for the answer of MLT"),
    "decision-does-not-fit": ("Demandez à la mutuelle de la renvoyer", "Ask the mutual to send it again"),
    "decision-second": ("par un recours", "by a contestation"),
    "remittance-before-decision": ("Recevez d’abord la décision", "Receive the decision first"),
    "remittance-does-not-add-up": ("Demandez à la mutuelle de le renvoyer", "Ask the mutual to send it again"),
    "remittance-second": ("Ouvrez le bordereau", "Open the batch"),
    "reference-missing": ("Écrivez-la", "Write it"),
    "payment-nothing-open": ("Vérifiez le numéro du bordereau", "Check the batch number"),
    "override-without-reason": ("Écrivez le motif", "Write the reason"),
    "override-above-claimed": ("Saisissez un montant", "Enter an amount"),
    "override-names-nothing": ("choisissez une de ses lignes", "choose one of its lines"),
    # Agreements
    "agreement-missing": ("Recevez ou signez la convention", "Receive or sign the agreement"),
    "agreement-open": ("Complétez l'annexe", "Complete the annex"),
    "agreement-signature": ("Demandez-lui de vous renvoyer la convention", "Ask them to send the agreement again"),
    "agreement-party": ("Vérifiez qui doit signer", "Check who has to sign"),
    "agreement-other-terms": ("demandent un avenant", "need an amendment"),
    # Members and keys
    "members-encoding": ("Enregistrez-le en « CSV UTF-8 »", "Save it as “CSV UTF-8”"),
    "members-empty": ("Vérifiez que c'est le bon fichier", "Check that it is the right file"),
    "members-column": ("Colonnes admises", "Accepted columns"),
    "members-column-missing": ("Ajoutez ces colonnes", "Add these columns"),
    "members-row-length": ("Corrigez la ligne", "Correct the line"),
    "members-cell": ("Corrigez la case", "Correct the cell"),
    "members-number-twice": ("Corrigez le fichier", "Correct the file"),
    "key-passphrase-wrong": ("Tapez-la encore une fois", "Type it once more"),
    "key-passphrase-short": ("Choisissez plusieurs mots", "Choose several words"),
    "card-dates": ("Corrigez les dates", "Correct the dates"),
    "config-exists": ("Choisissez un autre dossier", "Choose another folder"),
    "config-missing": ("facility-agent init", "facility-agent init"),
    "config-wrong": ("Corrigez-le", "Correct it"),
    "code-malformed": ("lettres, chiffres", "letters, digits"),
    "zone-unknown": ("Africa/Ouagadougou", "Africa/Ouagadougou"),
    "database-in-use": ("une base à elle", "a database of its own"),
    "database-unreachable": ("Vérifiez l’adresse", "Check the address"),
    "account-unknown": ("account list", "account list"),
    "account-of-office": ("Demandez le changement", "Ask that office"),
    "account-last-manager": ("Faites d’abord", "Make the account of another manager first"),
    "account-exists": ("Choisissez un autre nom", "Choose another name"),
    "password-short": ("Prenez au moins", "Take at least"),
    "role-unknown": ("Rôles :", "Roles:"),
}
