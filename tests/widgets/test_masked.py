"""Panels in use where a site masks: nothing personal goes to the service, or is kept."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from sophnet_jupyter import Client, Dify, Prompt, Response, TeleAI
from sophnet_jupyter.history.search import HistoryQuery
from sophnet_jupyter.kernel.loop import run
from sophnet_jupyter.providers.sophnet.images import images
from sophnet_jupyter.providers.sophnet.videos import videos as videos_of
from sophnet_jupyter.values.page import Page
from sophnet_jupyter.widgets.chat.panel import ChatPanel
from sophnet_jupyter.widgets.compare.panel import Compare
from sophnet_jupyter.widgets.dify.panel import DifyApp
from sophnet_jupyter.widgets.documents.viewer import DocumentViewer
from sophnet_jupyter.widgets.excel.panel import ExcelAnalyst
from sophnet_jupyter.widgets.explain.panel import ExplainPanel
from sophnet_jupyter.widgets.explorer.panel import Explorer
from sophnet_jupyter.widgets.panel.panel import Panel
from sophnet_jupyter.widgets.studio.image_studio import ImageStudio
from sophnet_jupyter.widgets.studio.studio import Studio
from sophnet_jupyter.widgets.studio.video_studio import VideoStudio
from sophnet_jupyter.widgets.voice_studio.panel import VoiceStudio
from sophnet_jupyter.wire.poll import Pace

from ..waiting import wait

PHONE, MAIL, CARD = "13812345678", "li.wei@example.com", "6222021234567890128"
WORDS = f"Write back to {MAIL}, or call {PHONE}, not {CARD}."
UUID = "d12fd037-19df-4973-a246-290673b6407a"
Step = tuple[str, dict[str, Any]]


@pytest.fixture
def site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: SimpleNamespace
) -> Iterator[Path]:
    """A site that masks, with a history, and a folder for all that is kept."""
    policy = tmp_path / "policy.toml"
    policy.write_text("[locked]\nmasking = true\n")
    for name, place in (("POLICY", policy), ("DATA_DIR", "data"), ("CACHE_DIR", "cache")):
        monkeypatch.setenv(f"SOPHNET_{name}", str(tmp_path / place))
    monkeypatch.chdir(tmp_path)
    for tasks in (images, videos_of):
        monkeypatch.setattr(tasks, "PACE", Pace(first=0.02))
    log = logging.FileHandler(tmp_path / "audit.jsonl")
    logging.getLogger("sophnet_jupyter.audit").addHandler(log)
    _seen(sandbox, "DELETE")
    yield tmp_path
    logging.getLogger("sophnet_jupyter.audit").removeHandler(log)
    log.close()


def _seen(sandbox: SimpleNamespace, method: str = "GET") -> list[dict[str, Any]]:
    url, headers = f"{sandbox.root}/sandbox/seen", {"Authorization": f"Bearer {sandbox.key}"}
    reply = httpx2.request(method, url, headers=headers, timeout=60, trust_env=False)
    found: list[dict[str, Any]] = reply.raise_for_status().json()["requests"]
    return found


def command(panel: Panel, kind: str, **facts: Any) -> None:
    """A command as it comes on the panel's line."""
    data = {"kind": kind, "view": "v", **facts}
    panel._line.receive({"content": {"data": data}, "buffers": []})


def chat(client: Client) -> tuple[Panel, list[Step]]:
    folder = Path("prompts")
    folder.mkdir()
    (folder / "repeat.md").write_text("## user\n\nRepeat {who}.\n")
    panel = ChatPanel(
        client, system=f"You answer for {MAIL}.", conversation="trip", prompt=Prompt("repeat")
    )
    first = {"text": WORDS, "images": []}
    return panel, [("ask", first), ("fill", {"values": {"who": PHONE}}), ("again", {})]


def comparison(client: Client) -> tuple[Panel, list[Step]]:
    panel = Compare(client, "x", models=["DeepSeek-V3.2", "GLM-5"])
    asked = {"prompts": {"prompt": WORDS}, "models": ["DeepSeek-V3.2", "GLM-5"]}
    return panel, [("run", asked)]


def pictures(client: Client) -> tuple[Panel, list[Step]]:
    form = {"prompt": WORDS, "negative": f"no {PHONE}", "count": 1}
    return ImageStudio(client), [("make", {"form": form})]


def videos(client: Client) -> tuple[Panel, list[Step]]:
    return VideoStudio(client), [("make", {"form": {"prompt": WORDS, "negative": PHONE}})]


def voices(client: Client) -> tuple[Panel, list[Step]]:
    said = {"text": WORDS, "options": {"voice": "longwan"}}
    return VoiceStudio(client), [("say", said)]


def documents(client: Client) -> tuple[Panel, list[Step]]:
    read = Response(pages=(Page(name="a.pdf", text=f"# Staff\n\n{WORDS}"),))
    panel = DocumentViewer(read, client=client)
    return panel, [("ask", {"text": f"Who has {PHONE}?", "page": 0})]


def explained(client: Client) -> tuple[Panel, list[Step]]:
    panel = ExplainPanel(client, WORDS, about="KeyError", model="DeepSeek-V3.2")
    return panel, [("ask", {"text": WORDS}), ("again", {})]


def explorer(client: Client) -> tuple[Panel, list[Step]]:
    rows = [f"{WORDS} {number}" for number in range(6)]
    exploration = client.explore(rows)
    run(_made(exploration))
    exploration.select(at=[0, 1])
    return Explorer(exploration), [
        ("search", {"text": WORDS, "pin": True}),
        ("summarize", {}),
    ]


async def _made(exploration: Any) -> None:
    await exploration


PANELS: list[Callable[[Client], tuple[Panel, list[Step]]]] = [
    *(chat, comparison, pictures, videos, voices, documents, explained, explorer)
]


def check(sandbox: SimpleNamespace, site: Path, panel: Panel) -> None:
    """Nothing personal was sent, and none is in a file, or in a state that is saved."""
    sent = json.dumps(_seen(sandbox), ensure_ascii=False)
    kept = b"".join(path.read_bytes() for path in site.rglob("*") if path.is_file())
    state = "" if isinstance(panel, ExplainPanel) else repr(panel.get_state())
    assert "[EMAIL-1]" in sent or "[MOBILE-1]" in sent
    for value in (PHONE, MAIL, CARD):
        assert value not in sent
        assert value not in state
        assert value.encode() not in kept


@pytest.mark.parametrize("make", PANELS, ids=lambda make: make.__name__)
def test_a_panel_of_a_site_that_masks_sends_and_keeps_nothing_personal(
    make: Any, sandbox: SimpleNamespace, site: Path, sent: list[dict[str, Any]]
) -> None:
    client = Client("sandbox", sandbox.url, history=True)
    panel, steps = make(client)
    try:
        for kind, facts in steps:
            before = len(_seen(sandbox))
            command(panel, kind, **facts)
            wait(lambda before=before: len(_seen(sandbox)) > before or errors(sent))
            assert errors(sent) == []
            wait(lambda: rests(panel))
    finally:
        panel.close()
        client.close_history()
    calls = client.history.search(HistoryQuery())
    client.close_history()
    assert calls or make in (explorer,)
    check(sandbox, site, panel)


def rests(panel: Panel) -> bool:
    made = panel.state()[0].get("pieces", ()) if isinstance(panel, Studio) else ()
    return not panel.busy and all(piece["phase"] != "working" for piece in made)


def test_a_chat_that_masks_by_itself_keeps_saves_and_copies_nothing_personal(
    sandbox: SimpleNamespace, site: Path, sent: list[dict[str, Any]]
) -> None:
    (site / "policy.toml").write_text("")
    client = Client("sandbox", sandbox.url, history=True)
    panel = ChatPanel(client, mask=True, conversation="own")
    command(panel, "ask", text=WORDS, images=[])
    wait(lambda: panel.messages and rests(panel))
    assert MAIL in panel.messages[0]["content"]
    command(panel, "export")
    command(panel, "cells")
    wait(lambda: any(message["kind"] == "cells" for message in sent))
    told = {message["kind"]: message for message in sent}
    assert "[MOBILE-1]" in told["markdown"]["text"]
    assert PHONE not in told["markdown"]["text"]
    assert told["cells"]["texts"][0].startswith("%%sophchat -c own --mask\n")
    # What fails says nothing of what was masked, and is kept all the same.
    panel.model = "no-such-model"
    command(panel, "ask", text=f"And {CARD}?", images=[])
    wait(lambda: panel.phase == "failed" and rests(panel))
    panel.close()
    client.close_history()
    check(sandbox, site, panel)


def errors(sent: list[dict[str, Any]]) -> list[str]:
    return [str(message.get("text")) for message in sent if message["kind"] == "error"]


def test_an_apps_panel_and_one_of_workbooks_send_and_keep_nothing_personal(
    sandbox: SimpleNamespace, site: Path, sent: list[dict[str, Any]]
) -> None:
    app = DifyApp(Dify("sandbox", f"{sandbox.root}/v1"))
    wait(lambda: app.phase == "ready" and not app.busy)
    command(app, "run", inputs={"query": WORDS})
    wait(lambda: any(one["method"] == "POST" for one in _seen(sandbox)) and not app.busy)
    check(sandbox, site, app)
    app.close()
    _seen(sandbox, "DELETE")
    account = TeleAI("id", "sandbox", base_url=sandbox.root)
    analyst = ExcelAnalyst(SimpleNamespace(excel=account), files={"staff.xlsx": UUID})
    command(analyst, "ask", text=WORDS, files=["staff.xlsx"])
    wait(lambda: any(one["method"] == "POST" for one in _seen(sandbox)) and not analyst.busy)
    check(sandbox, site, analyst)
    for form in ("md", "html"):
        name = analyst.state()[0]["exchanges"][0]["id"]
        command(analyst, "export", view="v", exchange=name, form=form)
        wait(lambda: any(one["kind"] == "document" for one in sent))
        (told,) = [one for one in sent if one["kind"] == "document"]
        assert "[EMAIL-1]" in told["text"]
        assert not any(each in told["text"] for each in (PHONE, MAIL, CARD))
        sent.clear()
    analyst.close()
