"""Cards from the shell: issue, print, read; and the verdict on a card or number."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from facility_agent.cli.installation import Folder, _bytes
from facility_agent.cli.output import print_json, words
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.records import Coverage

app = typer.Typer(help="Cartes de membre. Member cards.", no_args_is_help=True, rich_markup_mode=None)


@app.command("issue")
def issue(
    folder: Folder,
    numbers: Annotated[list[str], typer.Argument(help="Member or household numbers.")],
    expires: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last valid day.")],
    out: Annotated[Path, typer.Option(help="Folder for the PNG images.")] = Path("cards"),
) -> None:
    """Issue signed cards and write each as a PNG."""
    written = asyncio.run(_issue(folder, numbers, expires.date(), out, sheet=None))
    print(words()("cli.cards-written", cards=written, folder=str(out)))


@app.command("print")
def print_cards(
    folder: Folder,
    numbers: Annotated[list[str], typer.Argument(help="Member or household numbers.")],
    expires: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last valid day.")],
    out: Annotated[Path, typer.Option(help="The PDF to write.")] = Path("cards.pdf"),
) -> None:
    """Issue signed cards and lay them out on A4 sheets with cut marks."""
    written = asyncio.run(_issue(folder, numbers, expires.date(), out.parent, sheet=out))
    print(words()("cli.cards-written", cards=written, folder=str(out)))


@app.command("revoke")
def revoke(folder: Folder, serials: Annotated[list[int], typer.Argument(help="Serial numbers of the cards.")]) -> None:
    """Revoke cards by their serial numbers; the next list that is sent names them."""
    from facility_agent.workflows.membership import revoke as withdraw
    from facility_agent.workflows.site import open_site

    async def work() -> None:
        async with open_site(folder) as site:
            await withdraw(site, serials)

    asyncio.run(work())
    print(words()("cli.cards-revoked", count=len(serials)))


@app.command("read")
def read(
    image: Annotated[Path, typer.Argument(help="A photo or scan of a card.")],
    folder: Annotated[Path | None, typer.Option("--folder", help="An installation whose keys count.")] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Read a card from an image; with an installation's keys, say whose it is."""
    from facility_agent.cards.read import read_picture

    text = read_picture(_bytes(image))
    if folder is None:
        print_json({"text": text}) if json else print(text)
        return
    reading = asyncio.run(_reading(folder, text))
    if json:
        print_json(reading)
    elif reading.card is not None:
        print(f"{reading.card.member} · {reading.card.name} · {words().day(reading.card.expires)}")
    for finding in reading.findings:
        print("-", words().finding(finding))
    raise typer.Exit(1 if any(finding.weight == "refuse" for finding in reading.findings) else 0)


def verify(
    folder: Folder,
    text: Annotated[str, typer.Argument(help="A member number, a card's digits, or the path of an image.")],
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Who is this, and what is open to them today."""
    from facility_agent.workflows import desk
    from facility_agent.workflows.site import open_site

    async def work():  # type: ignore[no-untyped-def]
        async with open_site(folder) as site:
            path = Path(text)
            if len(text) < 200 and path.is_file():
                return await desk.verify_image(site, path.read_bytes(), "cli")
            return await desk.verify_text(site, text, "cli")

    answer = asyncio.run(work())
    if json:
        print_json(answer)
    else:
        say = words()
        person = answer.verdict.beneficiary
        print(f"{say('verdict.' + answer.verdict.colour)} — {person.number} {person.name}".rstrip())
        if answer.verdict.colour == "red":
            # A refusal of payment is never a refusal of care.
            print(say("verdict.red.care"))
        for finding in answer.verdict.findings:
            print("-", say.finding(finding))
    raise typer.Exit(1 if answer.verdict.colour == "red" else 0)


async def _issue(folder: Path, numbers: list[str], expires: date, out: Path, sheet: Path | None) -> int:
    from facility_agent.cards.draw import draw_card, png
    from facility_agent.cards.sheet import card_sheets
    from facility_agent.storage.files import write_whole
    from facility_agent.workflows.membership import issue_cards
    from facility_agent.workflows.site import open_site

    passphrase = typer.prompt(words()("cli.passphrase"), hide_input=True)
    async with open_site(folder) as site:
        people: list[Coverage] = []
        for number in numbers:
            found = await site.store.coverage_of(number) or await site.store.household(number)
            if not found:
                raise InputError("member-unknown", member=number)
            people += found
        issued = await issue_cards(site, people, expires, passphrase)
        faces = [
            draw_card(entry.card, entry.text, payer=site.config.name, invented=site.config.invented) for entry in issued
        ]
        if sheet is not None:
            write_whole(sheet, card_sheets(faces, site.today()))
        else:
            for entry, face in zip(issued, faces, strict=True):
                write_whole(out / f"{entry.card.member}.png", png(face))
    return len(issued)


async def _reading(folder: Path, text: str):  # type: ignore[no-untyped-def]
    from facility_agent.eligibility.card import read_card
    from facility_agent.workflows.site import open_site

    async with open_site(folder) as site:
        return read_card(text, await site.issuers(), site.today())
