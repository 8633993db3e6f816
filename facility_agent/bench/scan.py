"""How well, and how fast, a card is read from a photo: each decoder alone, and all of them in their order.

The photos are those of a folder, or invented cards with one fault each, made from a seed. Every photo is a JPEG of
1280 x 720 (smaller where that is the fault), and its symbol is some 240 pixels wide. All readers get the same bytes in
the same run, so that their rates can be compared picture by picture; times run from the bytes to the text,
by the clock and in seconds of the processor: the second kind says the same on a busy machine.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from facility_agent.bench.measure import Progress, calibration, percentiles_ms, silent
from facility_agent.cards.degrade import KINDS, ON_CARD, degrade, jpeg, photograph
from facility_agent.cards.draw import draw_card
from facility_agent.cards.read import attempts, found_by, opened, read_picture
from facility_agent.eligibility.card import Issuer, card_text, unsigned_token
from facility_agent.vocabulary.errors import InputError
from facility_agent.vocabulary.identifiers import key_id
from facility_agent.vocabulary.records import Card

CASCADE: Final = "cascade"
FIRST: Final = "zxing-cpp"
CLEAN: Final = "clean"
#: Faults after which a card is always read; with the others the worst cases are hopeless.
ALWAYS: Final = (CLEAN, "rotation", "tilt", "shadow", "faded", "low-resolution")
_SHARE: Final = 0.65
_SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp")
_NAMES: Final = ("Awa N'Do", "Marie-Thérèse Ouédraogo", "Boukary Sawadogo épouse Kaboré-Zongo")


class Photo(NamedTuple):
    """A photo: its kind, its bytes, and the text that stands on it, or None where nobody knows."""

    kind: str
    data: bytes
    text: str | None


class Read(NamedTuple):
    """What a reader made of a photo: the texts that it found, and how long it took."""

    texts: tuple[str, ...]
    seconds: float
    worked: float


class Watch:
    """Seconds since it was made: by the clock, and of the processor in this thread."""

    def __init__(self) -> None:
        self._clock, self._worked = time.perf_counter(), time.thread_time()

    def read(self, texts: tuple[str, ...] = (), after: Read | None = None) -> Read:
        """What was found until now, `after` something else that had to be done first."""
        earlier = after or Read((), 0, 0)
        clock, worked = time.perf_counter() - self._clock, time.thread_time() - self._worked
        return Read(texts, earlier.seconds + clock, earlier.worked + worked)


def faults() -> tuple[str, ...]:
    """The kinds of invented photos, clean ones first."""
    return (CLEAN, *KINDS)


def degraded(each: int, seed: int) -> Iterator[Photo]:
    """`each` photos of every kind of fault, from nearly nothing to the worst, and as many clean ones."""
    for place in range(each):
        for kind in faults():
            chance = Random(f"{seed} {kind} {place}")
            face, text = _card(chance)
            severity = (place + 1) / each
            if kind in ON_CARD:
                face = degrade(face, kind, severity, chance)
            scene = photograph(face, chance, share=_SHARE)
            if kind in KINDS and kind not in ON_CARD:
                scene = degrade(scene, kind, severity, chance)
            yield Photo(kind, jpeg(scene), text)


def pictures_in(folder: Path) -> list[Path]:
    """The pictures of a folder and of those below; InputError `bench-no-photos` when there is none."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES and path.is_file())
    if not paths:
        raise InputError("bench-no-photos", folder=str(folder))
    return paths


def photos_of(paths: Iterable[Path]) -> Iterator[Photo]:
    """The pictures, by the folder they lie in; `name.txt` says what `name.jpg` shows."""
    for path in paths:
        beside = path.with_suffix(".txt")
        text = beside.read_text(encoding="utf-8").strip() if beside.is_file() else None
        yield Photo(path.parent.name, path.read_bytes(), text)


def run(photos: Iterable[Photo], count: int, said: Progress = silent) -> dict[str, object]:
    """The figures of all readers over the photos, of which there are `count`.

    `lost` are photos that zxing-cpp alone reads and the cascade does not, `gained` the other way round; `wrong` are
    texts that do not stand on the photo. Where nobody said what stands on it, any text counts as read.
    """
    kinds: Counter[str] = Counter()
    hits: dict[str, Counter[str]] = {}
    times: dict[str, list[Read]] = {}
    lost = gained = wrong = 0
    before = calibration()
    for photo in photos:
        kinds[photo.kind] += 1
        right: dict[str, bool] = {}
        for reader, found in _readers(photo.data).items():
            right[reader] = photo.text in found.texts if photo.text is not None else bool(found.texts)
            wrong += photo.text is not None and any(text != photo.text for text in found.texts)
            hits.setdefault(reader, Counter())[photo.kind] += right[reader]
            times.setdefault(reader, [])
            if right[reader]:
                times[reader].append(found)
        lost += right[FIRST] and not right[CASCADE]
        gained += right[CASCADE] and not right[FIRST]
        said(kinds.total(), count)
    turns = (before + calibration()) / 2
    count = kinds.total()
    figures = {reader: _figures(hits[reader].total(), count, times[reader], turns) for reader in hits}
    rates = {kind: {reader: _rate(hits[reader][kind], kinds[kind]) for reader in hits} for kind in kinds}
    return {"photos": count, "lost": lost, "gained": gained, "wrong": wrong, "readers": figures, "kinds": rates}


def _readers(data: bytes) -> dict[str, Read]:
    """What each decoder alone, and the cascade, make of the same bytes."""
    watch = Watch()
    try:
        picture = opened(data)
    except InputError:
        return dict.fromkeys((FIRST, CASCADE), watch.read())
    opening, found, watch = watch.read(), {}, Watch()
    for attempt in attempts(picture):
        found[attempt.name] = watch.read(found_by(attempt), opening)
        watch = Watch()
    watch = Watch()
    texts: tuple[str, ...] = ()
    with suppress(InputError):
        texts = (read_picture(data),)
    return {**found, CASCADE: watch.read(texts)}


def _figures(hits: int, count: int, times: Sequence[Read], turns: float) -> dict[str, object]:
    """Of one reader: its rate, its times on photos that it read, and these in turns of the calibration loop."""
    shown: dict[str, object] = {"read": hits, "rate": _rate(hits, count)}
    if times:
        milliseconds = percentiles_ms([found.seconds for found in times])
        shown |= milliseconds
        shown["processor_p95_ms"] = percentiles_ms([found.worked for found in times])["p95_ms"]
        shown["p95_in_calibration_turns"] = round(milliseconds["p95_ms"] / 1000 * turns, 2)
    return shown


def _rate(hits: int, count: int) -> float:
    return round(100 * hits / count, 1)


def _card(chance: Random) -> tuple[Image.Image, str]:
    """An invented card of an invented mutual, drawn, and its digits."""
    key = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
    public = key.public_key().public_bytes_raw()
    issuer = Issuer(key_id(public).hex(), public.hex(), "MUT-EX", "EX-######-##", date(2026, 1, 1), "EX-######")
    serial = chance.randrange(1, 1_000_000)
    card = Card(
        issuer.key, serial, f"EX-{serial:06d}-01", chance.choice(_NAMES), 1950 + serial % 70, "F", date(2026, 1, 1),
        date(2026, 12, 31), f"EX-{serial:06d}", "1", chance.randbytes(8).hex(),
    )  # fmt: skip
    to_sign, assemble = unsigned_token(card, issuer)
    text = card_text(assemble(key.sign(to_sign)))
    return draw_card(card, text, payer="Mutuelle inventée", invented=True), text
