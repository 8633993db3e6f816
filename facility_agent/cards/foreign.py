"""Other people's codes: a web address, a Wi-Fi network, a health certificate, a contact, bytes that are no text.

People hold up what they have. A sentence that names what was read helps more than one that says what it is not.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from facility_agent.vocabulary.errors import InputError

#: How texts begin, in capitals: certificates of the European Union and the WHO, and SMART Health Cards.
_CERTIFICATES: Final = ("HC1:", "HC2:", "LT1:", "SHC:/")
_CONTACTS: Final = ("BEGIN:VCARD", "MECARD:", "BIZCARD:")
_ADDRESSES: Final = ("HTTP://", "HTTPS://", "WWW.")


def foreign(text: str) -> InputError:
    """What to say of a text that is no card of ours.

    `code-web-address`, `code-wifi`, `code-certificate`, `code-contact` or `code-bytes`; `card-not-ours` for any other.

    >>> foreign("https://example.org/menu"), foreign("WIFI:T:WPA;S:centre;;").code, foreign("4006381333931").code
    (InputError('code-web-address', {'site': 'example.org'}), 'code-wifi', 'card-not-ours')
    """
    start = text[:16].upper()
    if start.startswith(_ADDRESSES):
        return InputError("code-web-address", site=_site(text))
    if start.startswith("WIFI:"):
        return InputError("code-wifi")
    if start.startswith(_CERTIFICATES):
        return InputError("code-certificate")
    if start.startswith(_CONTACTS):
        return InputError("code-contact")
    if not text.isprintable() or "\ufffd" in text:
        return InputError("code-bytes")
    return InputError("card-not-ours")


def _site(text: str) -> str:
    """The site of a web address, no longer than people read."""
    try:
        return (urlsplit(text if "://" in text else f"//{text}").hostname or "")[:60] or "?"
    except ValueError:
        return "?"
