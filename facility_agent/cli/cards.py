"""Cards from the shell: issue, print, lose, replace, revoke, read; and the verdict on a card or number."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from facility_agent.cli.installation import Folder, _bytes
from facility_agent.cli.output import print_json, words
from facility_agent.vocabulary.records import CardKind

if TYPE_CHECKING:
    from facility_agent.workflows.cards import Blank
    from facility_agent.workflows.site import Site

T = TypeVar("T")
app = typer.Typer(help="Member cards.", no_args_is_help=True, rich_markup_mode=None)
Numbers = Annotated[list[str] | None, typer.Argument(help="Member or household numbers; without any, everybody.")]
Expires = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last valid day.")]
Households = Annotated[bool, typer.Option("--households", help="One card per household instead of one per person.")]
Number = Annotated[str, typer.Argument(help="The member number.")]
By = Annotated[str, typer.Option(help="Who decides; it is written down.")]
Reason = Annotated[str, typer.Option(help="Why; it is written down.")]
Contact = Annotated[str, typer.Option(help="Whom to tell when a card is lost: a telephone number.")]


@app.command("issue")
def issue(folder: Folder, expires: Expires, numbers: Numbers = None, households: Households = False) -> None:
    """Sign a card for everybody who holds none that is good until that day; a run that was stopped goes on."""
    from facility_agent.cli.output import progress
    from facility_agent.workflows import cards

    passphrase, kind = typer.prompt(words()("cli.passphrase"), hide_input=True), _kind(households)

    async def work(site: Site) -> cards.Run:
        if numbers:
            return await cards.issue_to(site, numbers, expires.date(), passphrase, kind=kind)
        state = await site.store.register_state(site.config.code)
        with progress(words()("cli.cards-issuing")) as told:
            heard = _adding_up(told, state.members if state else 0)
            return await cards.issue_to_all(site, expires.date(), passphrase, kind=kind, progress=heard)

    run = _run(folder, work)
    print(words()("cli.cards-issued", issued=run.issued, held=run.held))


@app.command("print")
def print_cards(
    folder: Folder,
    numbers: Numbers = None,
    out: Annotated[Path, typer.Option(help="The PDF to write; a folder for everybody's cards, or for images.")] = Path(
        "cards.pdf"
    ),
    form: Annotated[
        Literal["a4", "cr80", "png"],
        typer.Option("--format", help="a4: sheets with cut marks; cr80: one card to a page; png: images."),
    ] = "a4",
    households: Households = False,
    again: Annotated[bool, typer.Option("--again", help="Everybody's cards, printed ones too.")] = False,
    contact: Contact = "",
) -> None:
    """Print cards that were issued: those of some people, or all that wait, in files of a hundred."""
    from facility_agent.cli.output import progress
    from facility_agent.workflows import cards

    kind = _kind(households)

    async def some(site: Site) -> int:
        found = await cards.cards_of(site, numbers or (), kind)
        _write(site, found, out, form, contact)
        await cards.printed(site, found)
        return len(found)

    async def all_of_them(site: Site) -> int:
        done, total = 0, await site.store.count_cards(site.config.code, kind, site.today())
        with progress(words()("cli.cards-printing")) as told:
            async for portion in cards.to_print(site, kind, again=again):
                first, last = portion[0].card.serial, portion[-1].card.serial
                target = out if form == "png" else out / f"{kind}-{first:06d}-{last:06d}.pdf"
                _write(site, portion, target, form, contact)
                await cards.printed(site, portion)
                done += len(portion)
                told(done, total)
        return done

    written = _run(folder, some if numbers else all_of_them)
    print(words()("cli.cards-written", cards=written, folder=str(out)))


@app.command("lost")
def lost(
    folder: Folder,
    number: Number,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last valid day of the certificate.")],
    by: By,
    reason: Reason = "",
    out: Annotated[Path, typer.Option(help="The PDF to write.")] = Path("certificate.pdf"),
    contact: Contact = "",
) -> None:
    """A card was lost: cancel it, and print the certificate that stands in for it."""
    from facility_agent.documents.certificate_pdf import certificate_pdf
    from facility_agent.storage.files import write_whole
    from facility_agent.workflows import lost_cards

    passphrase = typer.prompt(words()("cli.passphrase"), hide_input=True)

    async def work(site: Site) -> lost_cards.Replaced:
        made = await lost_cards.lost(site, number, until.date(), passphrase, by, reason)
        portrait = await site.store.portrait(number)
        config, paper = site.config, made.made
        page = certificate_pdf(
            paper.card, paper.text, config.name, config.language, portrait=portrait, contact=contact,
            invented=config.invented,
        )  # fmt: skip
        write_whole(out, page)
        return made

    made = _run(folder, work)
    print(words()("cli.card-lost", serial=made.made.card.serial, revoked=_listed(made.revoked), path=str(out)))


@app.command("reissue")
def reissue(folder: Folder, number: Number, expires: Expires, by: By, reason: Reason = "") -> None:
    """A new card for a member; earlier cards and certificates no longer count."""
    from facility_agent.workflows import lost_cards

    passphrase = typer.prompt(words()("cli.passphrase"), hide_input=True)

    async def work(site: Site) -> lost_cards.Replaced:
        return await lost_cards.reissue(site, number, expires.date(), passphrase, by, reason)

    made = _run(folder, work)
    print(words()("cli.card-reissued", serial=made.made.card.serial, revoked=_listed(made.revoked)))


@app.command("revoke")
def revoke(
    folder: Folder,
    serials: Annotated[list[int], typer.Argument(help="Serial numbers of the cards.")],
    by: By = "cli",
    reason: Reason = "",
) -> None:
    """Revoke cards by their serial numbers; the next list that is sent names them."""
    from facility_agent.workflows import lost_cards

    async def work(site: Site) -> None:
        await lost_cards.revoke(site, serials, by, reason)

    _run(folder, work)
    print(words()("cli.cards-revoked", count=len(serials)))


@app.command("history")
def history(folder: Folder, number: Number, json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Every card of a member, and what happened to it: who, when, and what took its place."""
    from facility_agent.cli.output import print_table
    from facility_agent.workflows import lost_cards

    async def work(site: Site) -> Any:
        return await lost_cards.history(site, number)

    found, say = _run(folder, work), words()
    if json:
        print_json(found)
        return
    columns = [say(f"cli.card-history.{name}") for name in ("serial", "kind", "issued", "expires", "events")]
    print_table("", columns, [(*row[:1], say(f"card.title.{row[1]}"), *row[2:]) for row in map(_told, found)])


@app.command("photo")
def photo(
    folder: Folder, number: Number, image: Annotated[Path, typer.Argument(help="A photo: JPEG, PNG or WebP.")]
) -> None:
    """Keep a member's portrait, at most 4 kB; cards that are issued from now on name it."""
    from facility_agent.workflows import portraits

    async def work(site: Site) -> int:
        return await portraits.put(site, number, _bytes(image))

    print(words()("cli.photo-kept", member=number, bytes=_run(folder, work)))


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

    async def work(site: Site) -> Any:
        from facility_agent.eligibility.card import read_card

        return read_card(text, await site.issuers(), site.today())

    reading = _run(folder, work)
    if json:
        print_json(reading)
    elif reading.card is not None:
        number = reading.card.member or reading.card.household
        print(f"{number} · {reading.card.name} · {words().day(reading.card.expires)}")
    for finding in reading.findings:
        print("-", words().finding(finding))
    raise typer.Exit(1 if any(finding.weight == "refuse" for finding in reading.findings) else 0)


def _told(row: Any) -> tuple[str, ...]:
    """One card of a history as the cells of its row."""
    say, card = words(), row.card
    events = [
        say(f"cli.card-event.{event.kind}", day=event.at[:10], who=event.who, successor=event.successor or "—",
            reason=event.reason)
        for event in row.events
    ]  # fmt: skip
    return str(card.serial), card.kind, say.day(card.issued), say.day(card.expires), "\n".join(events)


def _write(site: Site, cards: Iterable[Blank], out: Path, form: str, contact: str) -> None:
    """Draw cards one after another into a PDF, or each into an image."""
    from facility_agent.cards.draw import draw_card, png
    from facility_agent.cards.sheet import card_pages, card_sheets
    from facility_agent.storage.files import write_whole

    chosen, config = list(cards), site.config
    faces = (
        draw_card(
            one.card, one.text, payer=config.name, contact=contact, invented=config.invented,
            language=config.language, portrait=one.portrait,
        )
        for one in chosen
    )  # fmt: skip
    if form == "png":
        for one, face in zip(chosen, faces, strict=True):
            write_whole(out / f"{one.card.member or one.card.household}.png", png(face))
    elif form == "cr80":
        write_whole(out, card_pages(faces, site.today(), config.language))
    else:
        write_whole(out, card_sheets(faces, site.today(), config.language, len(chosen)))


def _adding_up(told: Callable[[int, int], None], total: int) -> Callable[[int], None]:
    """Hears of what was done since the last time, and tells how many of all that makes."""
    done = 0

    def heard(more: int) -> None:
        nonlocal done
        done += more
        told(done, total)

    return heard


def _kind(households: bool) -> CardKind:
    return "household" if households else "member"


def _listed(serials: Iterable[int]) -> str:
    return ", ".join(map(str, serials)) or "—"


def _run(folder: Path, work: Callable[[Site], Awaitable[T]]) -> T:
    from facility_agent.workflows.site import open_site

    async def opened() -> T:
        async with open_site(folder) as site:
            return await work(site)

    return asyncio.run(opened())
