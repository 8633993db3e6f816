"""Scans that must open nothing: an altered card, a stranger's card, a web address, a photo of nothing."""

from __future__ import annotations

from PIL import Image

from facility_agent.cards.degrade import jpeg
from facility_agent.cards.draw import draw_symbol
from facility_agent.demo.sites import Pair
from facility_agent.vocabulary.errors import InputError
from facility_agent.workflows import desk
from facility_agent.workflows.cards import IssuedCard


async def stray_scans(pair: Pair, cards: dict[str, IssuedCard]) -> list[str]:
    """Show each to the real decoders; what is not refused with its own reason is a fault."""
    faults: list[str] = []
    text = next(iter(cards.values())).text
    place = len(text) // 2
    altered = text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]
    answer = await desk.verify_image(pair.facility, _photo(altered), "accueil")
    codes = {finding.code for finding in answer.verdict.findings}
    if answer.verdict.colour != "red" or not codes & {"card-altered", "card-issuer-unknown"}:
        faults.append(f"an altered card was not refused: {sorted(codes)}")
    for name, data, expected in (
        ("a web address", _photo("https://example.org/menu"), "code-web-address"),
        ("a photo of nothing", jpeg(Image.new("L", (1280, 720), 150)), "picture-no-code"),
        ("an empty file", b"", "picture-empty"),
    ):
        try:
            await desk.verify_image(pair.facility, data, "accueil")
            faults.append(f"{name} was taken for a card")
        except InputError as error:
            if error.code != expected:
                faults.append(f"{name}: {error.code} instead of {expected}")
    return faults


def _photo(text: str) -> bytes:
    scene = Image.new("L", (1280, 720), 200)
    symbol = draw_symbol(text) if text.isdigit() else _plain_symbol(text)
    scene.paste(symbol, (100, 100))
    return jpeg(scene)


def _plain_symbol(text: str) -> Image.Image:
    """Somebody else's QR code, such as stands on a restaurant's table."""
    import qrcode

    made = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=8)
    made.add_data(text)
    return made.make_image().get_image().convert("L")
