"""
Find numbers in table cells: text that is fully given by its numeric value.

A zip code, a version, a card or a telephone is a name in digits, and a number loses some of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# Beyond fifteen digits a float is not exact, and a person's number begins.
_WHOLE = re.compile(r"-?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})")
_DECIMAL = re.compile(r"-?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})?\.[0-9]+")

# A mobile number of China. Where a column has nothing else, they are no amounts.
_MOBILE = re.compile(r"1[3-9][0-9]{9}")

Number = int | float


def numbers(column: Sequence[str]) -> list[str] | list[Number]:
    """
    A column as numbers where each cell is one that, written again, is the same text.

    Thousands may have commas, and ``.5`` no zero. A zero at the end is kept for text, but in a
    column in which all have as many decimals: there they are the column's, and not the cell's.
    """
    if all(map(_MOBILE.fullmatch, column)):
        return list(column)
    places = {len(cell.partition(".")[2]) for cell in column}
    fixed = places.pop() if len(places) == 1 and len(column) > 1 else 0
    found: list[Number] = []
    for cell in column:
        number = _number(cell, fixed)
        if number is None:
            return list(column)
        found.append(number)
    return found or list(column)


def _number(cell: str, places: int) -> Number | None:
    bare = cell.replace(",", "")
    if _WHOLE.fullmatch(cell):
        whole = int(bare)
        return whole if cell in (str(whole), f"{whole:,}") else None
    if not _DECIMAL.fullmatch(cell):
        return None
    before, _, after = bare.partition(".")
    if after.endswith("0") and len(after) not in (1, places):
        return None
    number = float(bare)
    # Not with repr, which has exponents for small numbers.
    same = (f"{number:.{len(after)}f}", f"{number:,.{len(after)}f}")
    written = cell.replace(".", "0.", 1) if before in ("", "-") else cell
    return number if written in same else None
