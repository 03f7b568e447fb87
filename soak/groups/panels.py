"""Forged messages to panels, and states that a notebook has kept: a page may send anything."""

from __future__ import annotations

import inspect
import re
import time
from collections.abc import Iterator
from typing import Any

from sophnet_jupyter import (
    AudioPlayer,
    ChatPanel,
    Client,
    Compare,
    DocumentViewer,
    ExcelAnalyst,
    ImageStudio,
    KnowledgePanel,
    Microphone,
    VideoStudio,
    VoiceChat,
    VoiceStudio,
)
from sophnet_jupyter.kernel.loop import loop
from sophnet_jupyter.widgets.panel.panel import Panel

from ..tally import Tally

NESTED: Any = []
for _ in range(200):
    NESTED = [NESTED]
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**70, -(2**70), 1e308, float("nan"), float("inf"), 0.5),
    *(
        "",
        "a",
        "../../etc/passwd",
        "\0",
        "\ud800",
        "\x1b[2J",
        "x" * 50_000,
        "<img src=x onerror=1>",
    ),
    *("__class__", "-1", "1e9", "%s{0}", [], [1, "a", None], NESTED, {}, {"kind": "delete"}),
    *({"a": {"b": NESTED}}, {"": ""}, [[]] * 500, {str(n): n for n in range(500)}),
)
KIND = re.compile(r'case \{("(?:kind|do)": [^{}]*)\}')
WORD = re.compile(r'"(\w+)"')
EVERYWHERE = (
    "hello",
    "twin",
    "stop",
    "upload",
    "upload-piece",
    "upload-cancel",
    "gone-by",
    "sound",
)
UPLOAD = ("upload", "view", "name", "size", "type", "at", "purpose", "facts")


def _panels() -> list[Panel]:
    # Nobody listens there: what costs something costs nothing here.
    nobody = Client(api_key="made-up-for-the-soak", base_url="http://127.0.0.1:9")
    return [
        ChatPanel(nobody),
        Compare(nobody, "hello", models=["a", "b"]),
        ExcelAnalyst(nobody),
        KnowledgePanel("handbook", client=nobody),
        ImageStudio(nobody),
        VideoStudio(nobody),
        VoiceStudio(nobody),
        DocumentViewer(client=nobody),
        AudioPlayer("pcm"),
        Microphone(nobody),
        VoiceChat(nobody, asr_easyllm_id="a", tts_easyllm_id="b"),
    ]


def _commands(panel: Panel) -> Iterator[dict[str, Any]]:
    sources = {inspect.getsource(inspect.getmodule(each)) for each in type(panel).__mro__[:4]}  # type: ignore[arg-type]
    shapes: dict[str, set[str]] = {kind: set(UPLOAD) for kind in EVERYWHERE}
    for source in sources:
        for shape in KIND.findall(source):
            _, kind, *fields = [*WORD.findall(shape), "", ""]
            shapes.setdefault(kind, {"view"}).update(name for name in fields if name)
    for kind, names in shapes.items():
        yield {"kind": kind}
        for value in ODD:
            yield {"kind": kind, **dict.fromkeys(names, value)}
            for name in names:
                yield {"kind": kind, **dict.fromkeys(names, "a"), name: value}
    for value in ODD:
        yield {"kind": value, "do": value, "view": value}
        yield {"view": value}


def run(tally: Tally, *, small: bool) -> None:
    sent: list[dict[str, Any]] = []
    Panel.send = lambda _, content, buffers=None: sent.append(content)  # type: ignore[method-assign]
    strays: list[str] = []
    loop().call_soon_threadsafe(
        loop().set_exception_handler, lambda _, facts: strays.append(repr(facts.get("exception")))
    )
    for panel in _panels():
        name = type(panel).__name__
        commands = list(_commands(panel))[:: 40 if small else 1]
        buffers = ([], [b""], [memoryview(b"x" * 1000)])
        for number, command in enumerate(commands):
            before = len(strays)
            try:
                content = {"content": {"data": command}, "buffers": buffers[number % 3]}
                panel._line.receive(content)
                raised = ""
            except Exception as error:
                raised = repr(error)
            tally.count(f"{name} {command!r:.150}", not raised and len(strays) == before, raised)
            if number % 500 == 499:
                sent.clear()
        for value in ODD:
            for data in (value, {"data": value}):
                _received(tally, panel, name, data)
        _restored(tally, panel, name)
        tally.count(f"{name} answers afterwards", _answers(panel, sent), strays[-3:])
        sent.clear()
        panel.close()
    tally.count("no error went astray", not strays, strays[:5])
    tally.figures["kinds of panels"] = 11


def _received(tally: Tally, panel: Panel, name: str, data: Any) -> None:
    try:
        panel._line.receive({"content": {"data": data}, "buffers": []})
        tally.count(f"{name} is sent {data!r:.100}", True)
    except Exception as error:
        tally.count(f"{name} is sent {data!r:.100}", False, repr(error))


def _restored(tally: Tally, panel: Panel, name: str) -> None:
    """Every trait is set to what a saved notebook, or a script of the page, says it was."""
    for trait in panel.keys:
        if trait.startswith("_"):
            continue
        kept = getattr(panel, trait)
        for value in ODD:
            try:
                panel.set_state({trait: value})
                raised = ""
            except Exception as error:
                # Traits refuse values of another type, as they should.
                raised = "" if type(error).__name__ == "TraitError" else repr(error)
            tally.count(f"{name}.{trait} = {value!r:.80}", not raised, raised)
        setattr(panel, trait, kept)


def _answers(panel: Panel, sent: list[dict[str, Any]]) -> bool:
    """Whether a new view is told everything."""
    panel._line.receive({"content": {"data": {"kind": "hello", "view": "last"}}, "buffers": []})
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if any(each.get("kind") == "state" and each.get("to") == "last" for each in list(sent)):
            return True
        time.sleep(0.01)
    return False
