"""Member cards as things: drawn, printed on a sheet, photographed, typed by a scanner, and read back as text."""
