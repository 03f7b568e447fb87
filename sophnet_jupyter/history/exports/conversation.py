"""A conversation as a file: Markdown to read, JSON for programs, a notebook to go on in."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ...files.saving import save_bytes
from ...language import tr
from ..turns import ChatTurn, words

# Words that can stand in quotes on a line of a magic.
_ON_A_LINE = re.compile(r"[^\"'\\\n\r{}]+")


def written(name: str, turns: Sequence[ChatTurn], path: Path) -> Path:
    """Write a conversation in the form that the ending names. Raises `SettingsError`."""
    return save_bytes(_FORMS[path.suffix.lower()](name, turns), path)


def title(number: int, turn: ChatTurn) -> str:
    """Number, time and model of a turn, and how its answer ended where that is not the end."""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(turn.at))
    ending = "" if turn.ending == "complete" else tr(turn.ending)
    sandbox = tr("sandbox") if turn.sandbox else ""
    return " · ".join(filter(None, [str(number), when, turn.model, sandbox, ending]))


def transcript(turn: ChatTurn) -> list[tuple[str, str]]:
    """Who says what in a turn, in order; what says nothing is left out."""
    said = [(str(one.get("role") or ""), words(one)) for one in turn.messages]
    return [(who, text) for who, text in said if text]


def _markdown(name: str, turns: Sequence[ChatTurn]) -> bytes:
    parts = [f"# {name}"]
    for number, turn in enumerate(turns, 1):
        parts.append(f"## {title(number, turn)}")
        for who, text in transcript(turn):
            quoted = "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
            parts.append(text if who == "assistant" else f"**{who}**\n\n{quoted}")
    return ("\n\n".join(parts) + "\n").encode("utf-8", "replace")


def _json(name: str, turns: Sequence[ChatTurn]) -> bytes:
    found = [
        {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(turn.at)),
            "model": turn.model,
            "sandbox": turn.sandbox,
            "ending": turn.ending,
            "messages": turn.messages,
        }
        for turn in turns
    ]
    encoded = msgspec.json.encode({"conversation": name, "turns": found}, enc_hook=str)
    return msgspec.json.format(encoded, indent=1) + b"\n"


def _notebook(name: str, turns: Sequence[ChatTurn]) -> bytes:
    cells: list[dict[str, Any]] = [_cell("markdown", f"# {_as_text(name)}")]
    for number, turn in enumerate(turns, 1):
        system = [text for who, text in transcript(turn) if who == "system"]
        options = ["%%sophchat", "--raw", "-c", f'"{name}"' if " " in name else name]
        options += ["-m", turn.model] if _ON_A_LINE.fullmatch(turn.model) else []
        if system and _ON_A_LINE.fullmatch(system[0]):
            options += ["-s", f'"{system[0]}"']
        elif system:
            cells.append(_cell("raw", f"system: {system[0]}"))
        # As text, since a page would fetch what Markdown of a model names.
        answers = [text for who, text in transcript(turn) if who not in ("system", "user")]
        source = f"{' '.join(options)}\n{turn.question}"
        cells.append(_cell("code", source, "\n\n".join(answers), title(number, turn)))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    cells.insert(1, _cell("code", "%load_ext sophnet_jupyter"))
    numbered = [{**cell, "id": f"cell-{number}"} for number, cell in enumerate(cells)]
    found = {
        "cells": numbered,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n"


def _cell(kind: str, source: str, output: str = "", said_of: str = "") -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source}
    if kind == "code":
        data = {"text/plain": f"{output}\n\n({said_of})"}
        shown = {"output_type": "display_data", "data": data, "metadata": {}}
        cell |= {"execution_count": None, "outputs": [shown] if output else []}
    return cell


def _as_text(name: str) -> str:
    return re.sub(r"([\\`*_\[\]<>!&$])", r"\\\1", name)


_FORMS: dict[str, Callable[[str, Sequence[ChatTurn]], bytes]] = {
    ".md": _markdown,
    ".json": _json,
    ".ipynb": _notebook,
}
ENDINGS = tuple(_FORMS)
