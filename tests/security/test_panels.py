"""What panels tell the browser, while a service says their key back in every way there is."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import comm
import pytest

from sophnet_jupyter import Client, TeleAI
from sophnet_jupyter.settings import Secret
from sophnet_jupyter.widgets.chat.panel import ChatPanel
from sophnet_jupyter.widgets.compare.panel import Compare
from sophnet_jupyter.widgets.evaluation.panel import EvaluationPanel
from sophnet_jupyter.widgets.excel.panel import ExcelAnalyst
from sophnet_jupyter.widgets.panel.panel import Panel
from sophnet_jupyter.widgets.playing.audio_player import AudioPlayer
from sophnet_jupyter.widgets.run.panel import RunPanel

from ..waiting import wait

PIECE = 12


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every message to the browser, as bytes: state when a widget opens, changes, events."""
    sent: list[bytes] = []

    def publish(
        _: Any, kind: str, data: Any = None, metadata: Any = None, buffers: Any = (), **__: Any
    ) -> None:
        sent.append(json.dumps([kind, data, metadata], default=repr).encode())
        sent.extend(bytes(buffer) for buffer in buffers or ())

    monkeypatch.setattr(comm.DummyComm, "publish_msg", publish)
    return sent


def command(panel: Panel, kind: str, *buffers: bytes, **facts: Any) -> None:
    data = {"kind": kind, "view": "v", **facts}
    panel._line.receive({"content": {"data": data}, "buffers": list(buffers)})


def shown(panel: Panel, wire: list[bytes]) -> bytes:
    """All that a browser or a notebook could know of a panel, as it is now and was before."""
    before = len(wire)
    command(panel, "hello")
    wait(lambda: any(b'"kind": "state"' in message for message in wire[before:]))
    state = {name: repr(value) for name, value in panel.get_state().items()}
    kept = [repr(panel), json.dumps(state), *panel.still(), json.dumps(panel._twin.bundle())]
    return b"\n".join([*wire, *(text.encode() for text in kept)])


def holds(data: bytes, key: str) -> bool:
    return any(key[at : at + PIECE].encode() in data for at in range(len(key) - PIECE + 1))


def asked(panel: Any, wire: list[bytes]) -> None:
    """Wait until an answer, or what stood in its way, was told."""
    wait(lambda: any(b'"settled"' in message or b'"error"' in message for message in wire))
    wait(lambda: not panel.busy)


MANNERS = ["401", "429", "503", "html", "okay_but", "escaped", "away", "middle", "broken", "cut"]


@pytest.mark.parametrize("manner", MANNERS)
def test_a_chat_panel_never_tells_its_key(
    manner: str, parrot: SimpleNamespace, canary: str, wire: list[bytes]
) -> None:
    panel = ChatPanel(Client(canary, parrot.url), model=manner)
    panel.ask("hello")
    asked(panel, wire)
    facts = {"upload": "1", "name": "a.png", "size": 2, "type": "image/png", "purpose": ""}
    command(panel, "upload", **facts)
    command(panel, "upload-piece", b"no", upload="1", at=0)
    wait(lambda: any(b"not an image" in message for message in wire))
    assert parrot.seen[-1] == f"Bearer {canary}"
    assert not holds(shown(panel, wire), canary)
    assert not holds((panel.to_markdown() + json.dumps(panel.messages)).encode(), canary)
    panel.close()


@pytest.mark.parametrize("manner", ["401", "429", "okay_but", "escaped", "cut"])
def test_a_comparison_never_tells_its_key(
    manner: str, parrot: SimpleNamespace, canary: str, wire: list[bytes]
) -> None:
    panel = Compare(Client(canary, parrot.url), "hello", models=[manner, "middle"])
    panel.run()
    wait(lambda: panel.comparison and not panel.comparison.busy and not panel.busy)
    for kind in ("copy", "differences", "keep", "again"):
        command(panel, kind, column=0, base=1)
    wait(lambda: not panel.busy)
    assert f"Bearer {canary}" in parrot.seen
    assert not holds(shown(panel, wire), canary)
    assert panel.comparison
    told = repr([panel.comparison.to_records(), panel.comparison.errors, panel.comparison])
    assert not holds(told.encode(), canary)
    panel.close()


ROWS = [{"text": f"hello {number}", "label": "no"} for number in range(3)]


@pytest.mark.parametrize("manner", ["401", "429", "okay_but", "escaped", "cut"])
def test_a_run_never_tells_its_key(
    manner: str,
    parrot: SimpleNamespace,
    canary: str,
    wire: list[bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path))
    client = Client(canary, parrot.url, model=manner, history=True)
    run = client.chat.map("Say {text}", ROWS, name="canary", patience=2.0)
    panel = RunPanel(run)
    command(panel, "go_on")
    wait(lambda: run.state not in ("ready", "running"))
    for number in range(len(ROWS)):
        command(panel, "open", number=number)
    command(panel, "page", begin=0, text="hello", asked=1)
    wait(lambda: sum(b'"opened"' in message for message in wire) == len(ROWS))
    wait(lambda: any(b'"page"' in message for message in wire))
    assert f"Bearer {canary}" in parrot.seen
    assert not holds(shown(panel, wire), canary)
    told = repr([run, run.to_records(), run.error, run.notes, run.report()])
    assert not holds(told.encode(), canary)
    panel.close()
    client.close_history()
    assert not any(holds(path.read_bytes(), canary) for path in tmp_path.rglob("*.sqlite"))


@pytest.mark.parametrize("manner", ["401", "okay_but", "escaped", "cut"])
def test_an_evaluation_never_tells_its_key(
    manner: str, parrot: SimpleNamespace, canary: str, wire: list[bytes], tmp_path: Path
) -> None:
    client = Client(canary, parrot.url, model=manner)
    found = client.chat.evaluate("Say {text}", ROWS, expect="label")
    panel = EvaluationPanel(found)
    command(panel, "go_on")
    wait(lambda: found.state not in ("ready", "running", "judging"))
    for number in range(len(ROWS)):
        command(panel, "open", number=number)
    wait(lambda: sum(b'"opened"' in message for message in wire) == len(ROWS))
    assert f"Bearer {canary}" in parrot.seen
    assert not holds(shown(panel, wire), canary)
    assert not holds(found.save(tmp_path / "e.jsonl").read_bytes(), canary)
    assert not holds(repr([found, found.to_records(), found.notes]).encode(), canary)
    panel.close()


@pytest.mark.parametrize("manner", ["401", "500"])
def test_an_excel_panel_never_tells_its_key(
    manner: str, parrot: SimpleNamespace, canary: str, wire: list[bytes]
) -> None:
    service = TeleAI("an-id", "a-key", base_url=parrot.url, authorization=f"Bearer {canary}")
    panel = ExcelAnalyst(SimpleNamespace(excel=service), files={"q3": "d12fd037"})
    panel.ask(manner)
    asked(panel, wire)
    assert parrot.seen[-1] == f"Bearer {canary}"
    assert not holds(shown(panel, wire), canary)
    assert not holds(panel.to_markdown().encode() + panel.to_html().encode(), canary)
    panel.close()


def test_an_audio_player_never_tells_a_key(canary: str, wire: list[bytes]) -> None:
    known = Secret(canary)

    def hang_up() -> None:
        raise RuntimeError(f"no entry for {canary}")

    player = AudioPlayer("pcm", on_stop=hang_up)
    player.feed(bytes(1000))
    player.stop()
    wait(lambda: any(b'"kind": "error"' in message for message in wire))
    assert not holds(shown(player, wire), canary)
    player.close()
    del known


def test_the_search_finds_a_key_that_is_told(canary: str, wire: list[bytes]) -> None:
    player = AudioPlayer("pcm", title=canary)
    assert holds(shown(player, wire), canary)
    player.close()
