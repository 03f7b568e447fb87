"""Documents, and files of this project's own, as a whole: what `corpus.harmed` damages."""

from __future__ import annotations

import copy
import importlib
import io
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sophnet_jupyter.events import Finished, ImageReady, Started, TextDelta, Usage
from sophnet_jupyter.history.cassette import CassetteRecorder
from sophnet_jupyter.history.keys import AskedCall
from sophnet_jupyter.values.image import Image

from .corpus import whole

FILES = Path(__file__).parents[2] / "notebooks" / "files"
PROMPT = """+++
model = "DeepSeek-V3.2"
temperature = 0.2
[defaults]
tone = "friendly"
+++
## system
You are {tone}.

## user
What is said in {review}? 好的
"""
EVALUATION = (
    {
        "evaluation": 1,
        "at": "2026-01-01",
        "sandbox": True,
        "columns": [{"prompt": "v1", "model": "m", "text": "Good? {review}"}],
        "scores": [{"name": "exact"}],
    },
    {
        "row": 0,
        "key": "a",
        "columns": {"review": "好"},
        "column": 0,
        "repeat": 0,
        "answer": "yes",
        "ending": "complete",
        "scores": {"exact": {"value": True, "why": "", "lost": ""}},
        "label": {"right": True, "note": "", "by": "hand"},
    },
)
# What stands where another thing should, in JSON that is whole.
_ODD = (None, True, -1, 1e308, "x", "\ud800", [], {}, [[1]], {"a": {}})


@cache
def documents() -> dict[str, bytes]:
    """Documents of Office, and the others that services read, by their endings."""
    texts = {ending: whole()[ending] for ending in ("pdf", "xlsx", "txt")}
    return {"docx": (FILES / "report.docx").read_bytes(), "pptx": _slides(), **texts}


@cache
def own() -> dict[str, bytes]:
    """What the project itself writes and reads again, by what it is."""
    return {
        "prompt": PROMPT.encode(),
        "cassette": _cassette(),
        "review": _review(),
        "evaluation": _lines(EVALUATION),
    }


def rewritten(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Lines of JSON in which one value is another thing, is not there, or has no bottom."""
    lines = [json.loads(line) for line in data.splitlines()]
    for number in range(len(lines)):
        deep = _lines(lines).split(b"\n")
        deep[number] = b'{"a":' + b"[" * 100_000
        yield f"line {number} is deep", b"\n".join(deep)
    for number, line in enumerate(lines):
        for path in _paths(line):
            for odd in (*_ODD, ...):
                changed = copy.deepcopy(lines)
                inner = changed[number]
                for step in path[:-1]:
                    inner = inner[step]
                if odd is ...:
                    del inner[path[-1]]
                else:
                    inner[path[-1]] = odd
                yield f"line {number} {path} {odd!r}", _lines(changed)


def _paths(value: Any, *at: Any) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for name, one in inner:
        yield (*at, name)
        yield from _paths(one, *at, name)


def _lines(values: Iterable[Any]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in values)


def _slides() -> bytes:
    deck, file = importlib.import_module("pptx").Presentation(), io.BytesIO()
    for title in ("Quarterly report", "季度报告"):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "One point\nand another"
    deck.save(file)
    return file.getvalue()


def _cassette() -> bytes:
    picture = Image(data=whole()["png"], mime="image/png", prompt="a fox")
    request = {"messages": [{"role": "user", "content": "好"}]}
    with TemporaryDirectory() as folder:
        recorder = CassetteRecorder(Path(folder, "tape.jsonl"))
        for resource, said in (
            ("chat", TextDelta(text="é 好")),
            ("images", ImageReady(image=picture)),
        ):
            asked = AskedCall(service="sophnet", app="", resource=resource, request=request)
            events = [Started(model="m", service="SophNet"), said, Usage(total_tokens=3)]
            recorder.add(asked, [*events, Finished(reason="stop")])
        recorder.close()
        return recorder.path.read_bytes()


def _review() -> bytes:
    book, file = importlib.import_module("openpyxl").Workbook(), io.BytesIO()
    for row in (["id", "review", "answer", "right?", "note"], ["a1", "好", "yes", "no", "rude"]):
        book.active.append(row)
    book.save(file)
    return file.getvalue()
