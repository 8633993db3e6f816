"""A QR symbol as the path of an SVG: sharp at every size, and without a file beside the page."""

from __future__ import annotations


def symbol_path(text: str) -> tuple[str, int]:
    """The path that fills the dark modules, and the size of the square with its quiet zone of four modules."""
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark)
    return path, len(matrix)
