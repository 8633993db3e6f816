"""Agreements from the shell, read: shown, printed for signature, their annex written as TOML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from facility_agent.arrangements.agreement import Agreement
from facility_agent.cli.administration import _run
from facility_agent.cli.agreement import Id, _state
from facility_agent.cli.agreement import app as app
from facility_agent.cli.installation import Folder
from facility_agent.cli.output import language, print_json, words


@app.command("show")
def show(
    folder: Folder,
    agreement: Id,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Show an agreement: parties, who has signed, its state, what is still open and what closes it."""
    from facility_agent.arrangements.agreement import open_money_clauses
    from facility_agent.documents.agreement_pdf import money_clause
    from facility_agent.documents.clause_words import ClauseWords
    from facility_agent.workflows import agreements

    async def work(site: Any) -> tuple[Agreement, list[str], str]:
        found = await agreements.find(site, agreement)
        arrangement = site.arrangement(found.start)
        said = ClauseWords(arrangement, found, words())
        named = [f"{money_clause(name, said)} ({name})" for name in open_money_clauses(arrangement, found)]
        return found, named, site.config.code

    found, still_open, own = _run(folder, work)
    if json:
        print_json(found)
        return
    say = words()
    print(say("cli.agreement-kept", agreement=found.id, state=_state(found, own)))
    print(say("cli.agreement-digest", digest=found.digest))
    signed = {entry.party: entry for entry in (*found.signatures, *(page.signature for page in found.adhesions))}
    for party in found.everybody:
        page = signed.get(party.code)
        key = "cli.party-open" if page is None else "cli.party-key" if page.key else "cli.party-paper"
        about = {"by": page.by, "capacity": page.capacity, "day": page.on} if page else {}
        print(f"- {say(f'page.party.{party.role}')} {party.code} · {party.name} · {say(key, **about)}")
    for clause in still_open:
        print(f"- {say('cli.clause-open', clause=clause)}")


@app.command("print")
def print_agreement(
    folder: Folder,
    agreement: Id,
    out: Annotated[Path, typer.Option(help="The PDF to write.")] = Path("convention.pdf"),
    adhesion: Annotated[
        str, typer.Option(help="Only the page of the party that joins, by its code; - for an empty one.")
    ] = "",
) -> None:
    """Write the agreement, or the page of an adhesion, as a PDF laid out for signature."""
    from facility_agent.documents.adhesion_pdf import adhesion_pdf
    from facility_agent.documents.agreement_pdf import agreement_pdf
    from facility_agent.storage.files import write_whole
    from facility_agent.workflows import agreements

    async def work(site: Any) -> Agreement:
        found = await agreements.find(site, agreement)
        arrangement, day = site.arrangement(found.start), site.today()
        if adhesion:
            pdf = adhesion_pdf(found, arrangement, adhesion.strip("-"), language(), made_on=day)
        else:
            pdf = agreement_pdf(found, arrangement, language(), made_on=day)
        write_whole(out, pdf)
        return found

    found = _run(folder, work)
    said = words().state("agreement", found.state)
    print(words()("cli.agreement-written", agreement=found.id, state=said, path=str(out)))


@app.command("annex")
def write_annex(
    folder: Folder,
    agreement: Id,
    out: Annotated[Path, typer.Option(help="The TOML file to write.")] = Path("annex.toml"),
) -> None:
    """Write the annex of an agreement as TOML, as `draft` and `amend` read it."""
    from facility_agent.arrangements.annex_text import annex_text
    from facility_agent.storage.files import write_whole
    from facility_agent.workflows import agreements

    async def work(site: Any) -> None:
        write_whole(out, annex_text((await agreements.find(site, agreement)).annex).encode())

    _run(folder, work)
    print(words()("cli.annex-written", path=str(out)))
