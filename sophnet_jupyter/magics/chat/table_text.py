"""The first Markdown table of a text, as records."""

from __future__ import annotations

import re
from typing import Any

Row = dict[str, Any]

_RULE = re.compile(r"\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?")
# Rows are filled up to the head's length. A table with more empty cells than this is none.
MOST_EMPTY = 5_000
_BAR = re.compile(r"(?<!\\)\|")
# What models put around the words of a cell.
_MARKS = re.compile(r"^(\*\*|__|`)(.*)\1$")
_INTEGER = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+|[-+]?\d{1,15}")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def rows(text: str) -> list[Row]:
    """
    Its rows by the names of its columns; none where there is no table.

    A column in which every cell is a number has numbers. Columns of one name are told apart by a
    number behind it.
    """
    lines = text.splitlines()
    for place in range(1, len(lines)):
        rule, head = lines[place].strip(), lines[place - 1].strip()
        if "|" in head and "-" in rule and _RULE.fullmatch(rule):
            names = _names(_cells(head))
            if len(_cells(rule)) != len(names):
                continue
            body = [_cells(line) for line in _body(lines, place + 1)]
            missing = sum(max(0, len(names) - len(row)) for row in body)
            if body and missing <= MOST_EMPTY:
                return _records(names, body)
    return []


def _body(lines: list[str], begin: int) -> list[str]:
    end = begin
    while end < len(lines) and "|" in lines[end]:
        end += 1
    return lines[begin:end]


def _cells(line: str) -> list[str]:
    line = line.strip().removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    return [_MARKS.sub(r"\2", cell.strip()).replace("\\|", "|") for cell in _BAR.split(line)]


def _names(cells: list[str]) -> list[str]:
    names: dict[str, None] = {}
    for number, cell in enumerate(cells, 1):
        name = cell or f"column {number}"
        while name in names:
            name = f"{name} {number}"
        names[name] = None
    return list(names)


def _records(names: list[str], body: list[list[str]]) -> list[Row]:
    padded = [row[: len(names)] + [""] * (len(names) - len(row)) for row in body]
    columns = [_typed(list(column)) for column in zip(*padded, strict=True)]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _typed(column: list[str]) -> list[Any]:
    if all(_INTEGER.fullmatch(cell) for cell in column):
        return [int(cell.replace(",", "")) for cell in column]
    if all(_NUMBER.fullmatch(cell) for cell in column):
        return [float(cell) for cell in column]
    return list(column)
