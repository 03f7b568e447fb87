"""The kernel's side of the chat panel, in front of a sandbox and without a browser."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sophnet_jupyter import Prompt
from sophnet_jupyter.client import Client
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.kernel.loop import loop
from sophnet_jupyter.widgets.chat.panel import ChatPanel

from ...waiting import wait

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def panel(sandbox: Any, sent: list[dict[str, Any]]) -> Iterator[ChatPanel]:
    panel = ChatPanel(Client(sandbox.key, sandbox.url), model="DeepSeek-V3.2")
    yield panel
    panel.close()


def command(panel: ChatPanel, kind: str, *buffers: bytes, **facts: Any) -> None:
    """A command as it comes on the panel's line."""
    data = {"kind": kind, "view": "v", **facts}
    panel._line.receive({"content": {"data": data}, "buffers": list(buffers)})


def at_once(work: Callable[[], object]) -> None:
    """Ask for all of it in one turn of the loop, so that nothing is answered in between."""
    loop().call_soon_threadsafe(work)


def kinds(sent: list[dict[str, Any]]) -> list[str]:
    return [message["kind"] for message in sent]


def test_a_conversation_goes_on_where_it_was(panel: ChatPanel) -> None:
    command(panel, "ask", text="My name is Mei.", images=[])
    wait(lambda: panel.messages and not panel.busy)
    panel.ask("What is my name?")
    wait(lambda: len(panel.messages) == 4 and not panel.busy)
    assert panel.response is not None
    assert "Mei" in panel.response.text
    assert [message["role"] for message in panel.messages] == ["user", "assistant"] * 2


def test_a_new_view_is_told_everything_and_alone(panel: ChatPanel, sent: list[Any]) -> None:
    panel.ask("What is 6*7?", images=[PNG])
    wait(lambda: "settled" in kinds(sent) and not panel.busy)
    command(panel, "hello")
    wait(lambda: sent[-1]["kind"] == "state")
    [exchange] = sent[-1]["exchanges"]
    assert sent[-1]["to"] == "v"
    assert exchange["settled"]
    assert exchange["images"][0]["mime"] == "image/png"
    drawn = {message["piece"]: message["html"] for message in sent if message["kind"] == "piece"}
    assert dict(exchange["pieces"]) == drawn


def test_asking_again_forgets_the_first_answer(panel: ChatPanel, sent: list[Any]) -> None:
    panel.ask("What is 6*7?")
    wait(lambda: "settled" in kinds(sent) and not panel.busy)
    command(panel, "again")
    wait(lambda: kinds(sent).count("settled") == 2 and not panel.busy)
    assert len(panel.messages) == 2


def test_a_kept_answer_is_given_again_until_somebody_asks_again(
    sandbox: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path))
    client = Client(sandbox.key, sandbox.url, history=True)

    def answered(panel: ChatPanel, kind: str, **facts: Any) -> bool:
        before = panel.response
        command(panel, kind, **facts)
        wait(lambda: panel.response is not before and panel.response and not panel.busy)
        assert panel.response is not None
        return panel.response.cached

    question = {"text": "What is 6*7?", "images": []}
    plain, kept, other = (
        ChatPanel(client),
        *(ChatPanel(client, cache=True, repetition=n) for n in (0, 1)),
    )
    assert not answered(plain, "ask", **question)
    assert answered(kept, "ask", **question)
    assert not answered(kept, "again")
    assert not answered(other, "ask", **question)
    for panel in (plain, kept, other):
        panel.close()


def test_a_second_question_waits_until_the_first_is_answered(
    panel: ChatPanel, sent: list[Any]
) -> None:
    at_once(lambda: (panel.ask("Count to 50"), panel.ask("What is 6*7?")))
    wait(lambda: any(m["kind"] == "waiting" and m["waiting"] for m in sent))
    wait(lambda: len(panel.messages) == 4 and not panel.busy)
    assert panel.response is not None
    assert "42" in panel.response.text
    told = [kind for kind in kinds(sent) if kind in ("asked", "waiting")]
    assert told == ["asked", "waiting", "waiting", "asked"]


def test_stopping_at_once_leaves_a_panel_that_answers(panel: ChatPanel, sent: list[Any]) -> None:
    at_once(lambda: (panel.ask("Count to 500"), panel.stop()))
    wait(lambda: "asked" in kinds(sent) and not panel.busy)
    panel.ask("What is 6*7?")
    wait(lambda: len(panel.messages) == 2 and not panel.busy)


def test_clearing_in_the_middle_leaves_nothing(panel: ChatPanel, sent: list[Any]) -> None:
    panel.ask("Count to 500")
    wait(lambda: "piece" in kinds(sent))
    panel.clear()
    wait(lambda: "cleared" in kinds(sent) and not panel.busy)
    assert panel.messages == []
    assert panel.phase == "ready"
    assert panel.to_markdown() == ""


def test_an_image_that_is_no_longer_there_is_missed_aloud(
    panel: ChatPanel, sent: list[Any]
) -> None:
    command(panel, "ask", text="What is this?", images=["lost"])
    wait(lambda: "error" in kinds(sent))
    assert "add it again" in sent[-1]["text"]
    assert "asked" not in kinds(sent)


def test_no_trait_holds_the_key_or_what_was_said(panel: ChatPanel, sent: list[Any]) -> None:
    panel.ask("What is 6*7?")
    wait(lambda: panel.messages and not panel.busy)
    ours = panel.get_state(["conversation", "key", "model", "phase", "progress"])
    rest = {name for name in panel.keys if name[0] != "_"} - set(ours)
    assert rest <= {"height", "language", "layout", "sandbox", "tabbable", "tooltip"}, (
        "who looks at what this one holds?"
    )
    assert "6*7" not in str(ours)
    assert "sandbox" not in str(ours)


def test_a_panel_without_a_client_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ChatPanel, "make_client", None)
    with pytest.raises(SettingsError, match="needs a client"):
        ChatPanel()


def test_an_answer_behind_two_thousand_publishes_no_more_than_the_fifth(
    panel: ChatPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sophnet_jupyter.widgets.exchange.exchange import Exchange
    from sophnet_jupyter.widgets.panel.twin import Twin

    published: list[int] = []
    put = Twin.put
    monkeypatch.setattr(
        Twin, "put", lambda self, html, plain: published.append(len(html)) or put(self, html, plain)
    )
    panel._talk.exchanges += [
        Exchange(text=f"question {n}", pieces={"0": "<p>words</p>" * 20}, settled=True)
        for n in range(2000)
    ]
    panel.ask("What is 6*7?")
    wait(lambda: panel.messages and not panel.busy)
    wait(lambda: published)
    first = len(published)
    for number in (2, 3):
        panel.ask("What is 6*7?")
        wait(lambda n=number: len(panel.messages) == 2 * n and not panel.busy)
    assert len(published) == first
    panel.close()
    wait(lambda: len(published) == first + 1)
    assert "question 1999" in panel._twin._html


def test_no_more_images_wait_for_a_question_than_memory_holds() -> None:
    from sophnet_jupyter.widgets.exchange.attachments import LARGEST, MOST, attachment, check_room

    small, large = attachment(PNG), attachment(PNG + bytes(LARGEST - len(PNG)))
    check_room([small] * (MOST - 1), small)
    with pytest.raises(SettingsError, match=f"{MOST} images wait already"):
        check_room([small] * MOST, small)
    with pytest.raises(SettingsError, match="50 MB"):
        check_room([large] * 5, small)


def test_an_answer_with_a_voice_is_sent_to_be_heard_and_kept(
    sandbox: Any, sent: list[dict[str, Any]]
) -> None:
    pytest.importorskip("av")
    pytest.importorskip("espeakng_loader")
    panel = ChatPanel(Client(sandbox.key, sandbox.url), voice="longwan")
    panel.ask("What is 6*7?")
    wait(lambda: "sound-end" in kinds(sent) and not panel.busy)
    assert panel.response is not None
    assert "42" in panel.response.text
    assert len(panel.response.audio) > 500
    [exchange] = panel.state()[0]["exchanges"]
    assert exchange["sound"] == {"buffer": 0, "finished": True}
    assert panel.state()[1][0] == panel.response.audio
    assert "<audio" in panel.still()[0]
    command(panel, "again")
    wait(lambda: kinds(sent).count("sound-end") == 2 and not panel.busy)
    assert "<audio" in panel.still()[0]
    panel.close()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"images": ["photo.png"]}, "images belongs to one question"),
        ({"max_side": 200}, r"panel\.ask\(text, images\)"),
        ({"voice": {"voice": "longwan", "format": "wav"}}, "mp3, not 'wav'"),
    ],
)
def test_an_option_that_the_panel_cannot_show_is_refused(
    sandbox: Any, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(SettingsError, match=says):
        ChatPanel(Client(sandbox.key, sandbox.url), **options)


def last_body(sandbox: Any) -> Any:
    """What the sandbox was asked last."""
    headers = {"Authorization": f"Bearer {sandbox.key}"}
    request = urllib.request.Request(f"{sandbox.root}/sandbox/seen", headers=headers)
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)["requests"][-1]["body"]


@pytest.fixture
def kept(
    sandbox: Any, sent: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """Makes panels of a client that keeps conversations."""
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    client = Client(sandbox.key, sandbox.url, history=True)
    made: list[ChatPanel] = []

    def make(**options: Any) -> ChatPanel:
        made.append(ChatPanel(client, model="DeepSeek-V3.2", **options))
        return made[-1]

    yield make
    for panel in made:
        panel.close()
    client.close_history()


def test_a_conversation_is_kept_and_opened_by_another_panel(kept: Any, sent: list[Any]) -> None:
    first = kept(conversation="trip", system="Be kind")
    first.ask("My name is Mei.")
    wait(lambda: len(first.messages) == 3 and not first.busy)
    second = kept(conversation="trip")
    assert [message["role"] for message in second.messages] == ["user", "assistant"]
    second.ask("What is my name?")
    wait(lambda: len(second.messages) == 4 and not second.busy)
    assert second.response is not None
    assert "Mei" in second.response.text
    # The first one is told what the second has added.
    wait(lambda: len(first.messages) == 5)
    command(second, "open", name="other")
    wait(lambda: second.conversation == "other" and not second.messages)
    assert kept()._kept.names() == ["trip"]
    command(second, "open", name="a bad name")
    wait(lambda: sent[-1]["kind"] == "error")
    assert "one word" in sent[-1]["text"]


def test_what_is_undone_comes_back_and_is_no_turn_any_more(kept: Any, sent: list[Any]) -> None:
    panel = kept(conversation="trip")
    panel.ask("hi")
    wait(lambda: len(panel.messages) == 2 and not panel.busy)
    command(panel, "undo")
    wait(lambda: "state" in kinds(sent))
    assert panel.messages == []
    assert any(m["kind"] == "recall" and m["text"] == "hi" for m in sent)
    assert kept(conversation="trip").messages == []
    panel.ask("ho")
    wait(lambda: len(panel.messages) == 2 and not panel.busy)
    panel.clear()
    wait(lambda: not panel.messages)
    assert panel.conversation == ""
    command(panel, "undo")
    wait(lambda: len(panel.messages) == 2)
    assert len(kept(conversation="trip").messages) == 2


def test_an_edited_question_begins_a_branch_and_both_can_be_seen(
    panel: ChatPanel, sent: list[Any]
) -> None:
    def said() -> list[str]:
        return [one["content"] for one in panel.messages if one["role"] == "user"]

    for text in ("My name is Mei.", "What is my name?"):
        before = len(panel.messages)
        panel.ask(text)
        wait(lambda before=before: len(panel.messages) == before + 2 and not panel.busy)
    first = panel._talk.exchanges[0].id
    command(panel, "edit", exchange=first, text="My name is Ada.")
    wait(lambda: said() == ["My name is Ada."] and len(panel.messages) == 2 and not panel.busy)
    other = panel._talk.exchanges[0]
    assert panel._talk.branches(other) == (2, 2)
    command(panel, "branch", exchange=other.id, step=-1)
    wait(lambda: said() == ["My name is Mei.", "What is my name?"])
    command(panel, "branch", exchange=first, step=1)
    wait(lambda: said() == ["My name is Ada."])


def test_a_prompt_file_is_a_form(kept: Any, sent: list[Any], sandbox: Any, tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "reviews.md").write_text(
        '+++\nmodel = "GLM-5"\n[defaults]\ntone = "kind"\n+++\n'
        "## system\nBe {tone}.\n## user\nSay {review}",
        encoding="utf-8",
    )
    panel = Prompt("reviews").form(kept()._client)
    command(panel, "hello")
    wait(lambda: "state" in kinds(sent))
    assert [one["name"] for one in sent[-1]["form"]["fields"]] == ["tone", "review"]
    assert sent[-1]["prompts"] == ["reviews"]
    command(panel, "fill", values={"tone": "", "review": ""})
    wait(lambda: sent[-1]["kind"] == "error")
    assert "review is empty" in sent[-1]["text"]
    command(panel, "fill", values={"tone": "", "review": "it works"})
    wait(lambda: len(panel.messages) == 3 and not panel.busy)
    body = last_body(sandbox)
    assert body["model"] == "GLM-5"
    assert [one["content"] for one in body["messages"]] == ["Be kind.", "Say it works"]
    panel.close()


def test_a_tool_runs_only_after_it_is_allowed(sandbox: Any, sent: list[Any]) -> None:
    runs: list[str] = []

    def weather(city: str) -> str:
        """How the weather is."""
        runs.append(city)
        return "sunny"

    panel = ChatPanel(Client(sandbox.key, sandbox.url), tools=[weather], run_tools=True)

    def asked(answer: str) -> None:
        del sent[:]
        panel.ask("What is the weather in Paris?")
        wait(lambda: "approve" in kinds(sent))
        call = next(m for m in sent if m["kind"] == "approve")
        assert "weather(city='Paris')" in call["said"]
        command(panel, "decide", call=call["call"], answer=answer)
        wait(lambda: "settled" in kinds(sent) and not panel.busy)

    asked("no")
    assert not runs
    assert panel.response is not None
    assert "did not allow" in panel.response.tool_results[0].text
    asked("always")
    assert runs == ["Paris"]
    panel.ask("What is the weather in Paris?")
    wait(lambda: len(runs) == 2 and not panel.busy)
    panel.close()


def test_its_settings_change_what_is_asked_and_wrong_ones_are_told(
    panel: ChatPanel, sent: list[Any], sandbox: Any
) -> None:
    for name, value in (("system", "Be kind"), ("temperature", "0.5"), ("model", "GLM-5")):
        command(panel, "set", name=name, value=value)
    panel.ask("hi")
    wait(lambda: len(panel.messages) == 3 and not panel.busy)
    body = last_body(sandbox)
    assert body["model"] == "GLM-5"
    assert body["temperature"] == 0.5
    assert body["messages"][0] == {"role": "system", "content": "Be kind"}
    command(panel, "set", name="temperature", value="hot")
    wait(lambda: sent[-1]["kind"] == "error")
    assert "from 0 to 2" in sent[-1]["text"]
    assert any(m["kind"] == "spent" and "tokens" in m["spent"] for m in sent)


def dropped(panel: ChatPanel, name: str, data: bytes) -> None:
    """A file as a browser sends it."""
    size = len(data)
    command(panel, "upload", upload=name, name=name, size=size, type="", purpose="")
    wait(lambda: name in panel.uploads._arriving)  # type: ignore[union-attr]
    command(panel, "upload-piece", data, upload=name, at=0)
    wait(lambda: name not in panel.uploads._arriving)  # type: ignore[union-attr]


def test_documents_recordings_and_texts_are_read_once_and_stand_behind_the_question(
    panel: ChatPanel, sent: list[Any], seen: Any
) -> None:
    files = Path(__file__).parents[3] / "notebooks" / "files"
    dropped(panel, "report.docx", (files / "report.docx").read_bytes())
    dropped(panel, "notes.csv", "kettle,{x},退货\n".encode())
    assert not seen()
    command(panel, "ask", text="What is in these?", images=["report.docx", "notes.csv"])
    wait(lambda: "settled" in kinds(sent) and not panel.busy)
    [parsed, asked] = [each for each in seen() if each["method"] == "POST"]
    assert "doc-parse" in parsed["path"]
    [message] = asked["body"]["messages"]
    assert message["content"].startswith("What is in these?\n\nreport.docx:\n\n")
    assert "notes.csv:\n\nkettle,{x},退货" in message["content"]
    drawn = "".join(message["html"] for message in sent if message["kind"] == "piece")
    assert "notes.csv 14 characters" in drawn
    [shown] = [message["exchange"] for message in sent if message["kind"] == "asked"]
    assert [label.partition(",")[0] for label in shown["files"]] == ["report.docx", "notes.csv"]
    command(panel, "again")
    wait(lambda: kinds(sent).count("settled") == 2 and not panel.busy)
    assert sum("doc-parse" in each["path"] for each in seen()) == 1
    drawn = [message["html"] for message in sent if message["kind"] == "piece"]
    assert "notes.csv 14 characters" in drawn[-1]
    assert "*File: report.docx" in panel.to_markdown()
    assert "[file: notes.csv" in panel.still()[0]


def test_a_recording_is_written_down_before_the_question_is_sent(
    panel: ChatPanel, sent: list[Any], seen: Any, tmp_path: Path
) -> None:
    pytest.importorskip("pocketsphinx")
    sound = tmp_path / "talk.mp3"
    sound.write_bytes((Path(__file__).parents[1] / "tone.mp3").read_bytes())
    panel.ask("What was said?", files=[sound])
    wait(lambda: "settled" in kinds(sent) and not panel.busy)
    [asked] = [each for each in seen() if each["path"].endswith("chat/completions")]
    assert asked["body"]["messages"][0]["content"].startswith("What was said?\n\ntalk.mp3:\n\n")


def test_a_file_that_cannot_be_read_is_told_and_nothing_is_asked(
    panel: ChatPanel, sent: list[Any], seen: Any, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="is no file"):
        panel.ask("What is in it?", files=[tmp_path / "lost.pdf"])
    dropped(panel, "big.txt", b"x" * 1_000_001)
    assert "up to 1,000,000 bytes of a text" in sent[-1]["refused"]
    for number in range(6):
        dropped(panel, f"{number}.csv", "退货".encode("gbk"))
    assert "5 files wait already" in sent[-1]["refused"]
    command(panel, "ask", text="What is in it?", images=["0.csv"])
    wait(lambda: "settled" in kinds(sent) and not panel.busy)
    assert panel.phase == "failed"
    [settled] = [message for message in sent if message["kind"] == "settled"]
    assert settled["outcome"]["error"] == "0.csv is not UTF-8: save it as UTF-8."
    assert not seen()
