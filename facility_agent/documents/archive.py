"""Marks of a PDF that is to be kept and read by machine (PDF/A-3): its metadata and the colours that it means.

No validator has looked at these files: they carry the marks, and nothing here claims more.
"""

from __future__ import annotations

from datetime import date
from typing import Final
from xml.sax.saxutils import escape

#: What the library is to keep to: fonts inside, no encryption, an output intent for sRGB.
PROFILE: Final = "PDF/A-3B"


def metadata(title: str, made_on: date, producer: str) -> str:
    """The XMP of a document: title, producer, and the day on which it was made as its only date."""
    day = f"{made_on.isoformat()}T00:00:00+00:00"
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"'
        ' xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>'
        f"<xmp:CreateDate>{day}</xmp:CreateDate><pdf:Producer>{escape(producer)}</pdf:Producer>"
        "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
