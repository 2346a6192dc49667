"""Cells of tables for spreadsheets: text from files is written so that none is run as a formula."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe goes before such a text.

    Example:
        >>> harmless("=HYPERLINK(1)"), harmless("a-b"), harmless(-1.5)
        ("'=HYPERLINK(1)", 'a-b', -1.5)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
