"""The kernel's side of the app's panel, in front of a sandbox and without a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sophnet_jupyter import Client
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.providers.dify.app import App
from sophnet_jupyter.providers.dify.form import parameters
from sophnet_jupyter.widgets.dify.form import fields, largest, value
from sophnet_jupyter.widgets.dify.look import look
from sophnet_jupyter.widgets.dify.panel import DifyApp
from sophnet_jupyter.widgets.uploads.uploads import Upload
from sophnet_jupyter.wire.call import Network, Origin
from sophnet_jupyter.wire.wire import Wire

from ...waiting import wait

Seen = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def make(sandbox: Any, sent: list[dict[str, Any]]) -> Iterator[Callable[..., DifyApp]]:
    """Opens panels of the sandbox's app, whose requests ask for quirks and a pace."""
    panels: list[DifyApp] = []

    def make(key: str = sandbox.key, quirks: str = "", speed: float = 0) -> DifyApp:
        headers = {
            "authorization": f"Bearer {key}",
            "x-sandbox-quirks": quirks,
            "x-sandbox-tokens-per-second": str(speed),
        }
        root = f"{sandbox.root}/v1"
        origin = Origin(service="Dify", base_url=root, authorize=lambda call: headers, scrub=str)
        panel = DifyApp(App(Wire(origin, Network()), user="ada"))
        panels.append(panel)
        wait(lambda: panel.phase in ("ready", "failed") and not panel.busy)
        return panel

    yield make
    for panel in panels:
        panel.close()


@pytest.fixture
def panel(make: Callable[..., DifyApp]) -> DifyApp:
    return make()


def command(panel: DifyApp, kind: str, **facts: Any) -> None:
    """A command as it comes on the panel's line."""
    panel._line.receive({"content": {"data": {"kind": kind, "view": "v", **facts}}, "buffers": []})


def told(sent: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [message for message in sent if message["kind"] == kind]


def run(panel: DifyApp, **inputs: str) -> None:
    before = panel.response
    command(panel, "run", inputs=inputs)
    wait(lambda: panel.response is not before and not panel.busy)


def test_the_form_and_the_look_are_the_apps_own(panel: DifyApp, sent: list[dict[str, Any]]) -> None:
    state = told(sent, "state")[-1]
    kinds = [(field["name"], field["kind"]) for field in state["fields"]]
    assert kinds == [
        ("query", "paragraph"),
        ("tone", "select"),
        ("language", "text"),
        ("words", "number"),
        ("photo", "file"),
        ("material", "file-list"),
        ("", "file-list"),
    ]
    tone = state["fields"][1]
    assert (tone["value"], tone["options"]) == ("plain", ["plain", "pirate"])
    assert state["fields"][0]["required"]
    assert state["fields"][2]["longest"] == 48
    assert ".docx" in state["fields"][5]["accept"]
    assert "<strong>task</strong>" in state["opening"]
    assert state["questions"][1] == "What is 12*12?"
    assert state["look"]["icon"] == "✍️"
    assert state["uploads"]["limit"] == 15 << 20


def test_an_answer_is_given_rated_and_read_aloud(
    panel: DifyApp, seen: Seen, sent: list[dict[str, Any]]
) -> None:
    run(panel, query="What is 12*12?", tone="plain", words="20")
    assert "144" in panel.response.text
    assert told(sent, "settled")[-1]["outcome"]["rateable"]
    body = [r["body"] for r in seen() if r["path"].endswith("messages")][-1]
    assert body["inputs"] == {"query": "What is 12*12?", "tone": "plain", "words": 20}
    command(panel, "rate", rating="like", content="Just right.")
    wait(lambda: told(sent, "rated"))
    assert told(sent, "rated")[-1]["rating"] == "like"
    command(panel, "rate", rating="none", content="")
    wait(lambda: told(sent, "rated")[-1]["rating"] is None)
    command(panel, "speak")
    wait(lambda: told(sent, "sound-end"))
    assert told(sent, "sound")[0]["at"] == 0
    assert panel.still()[0].count("<audio") == 1
    facts, (heard,) = panel.state()
    assert facts["sound"]
    assert heard[:2] == b"\xff\xf3"


def test_what_cannot_be_right_is_said_and_sends_nothing(
    panel: DifyApp, seen: Seen, sent: list[dict[str, Any]]
) -> None:
    before = len(seen())
    for inputs, said in (
        ({}, "Fill in what the app needs: "),
        ({"query": "a", "words": "many"}, "Words is a number, not 'many'"),
        ({"query": "a", "words": "1e999"}, "Words is a number"),
        ({"query": "a", "language": "x" * 49}, "takes up to 48 characters, not 49"),
        ({"query": "a", "tone": "rude"}, "tone is one of plain, pirate, not 'rude'"),
    ):
        sent.clear()
        command(panel, "run", inputs=inputs)
        wait(lambda: told(sent, "error"))
        assert said in told(sent, "error")[0]["text"]
    assert len(seen()) == before


def test_files_are_checked_held_sent_once_and_taken_away(
    panel: DifyApp, seen: Seen, sent: list[dict[str, Any]]
) -> None:
    def receive(name: str, content: bytes, purpose: str) -> None:
        panel._files.receive(Upload(name, content, size=len(content), purpose=purpose))

    with pytest.raises(SettingsError, match="no file of the kind document: it takes image"):
        receive("a.txt", b"words", "photo")
    with pytest.raises(SettingsError, match="no file of the kind audio"):
        receive("a.mp3", b"ID3", "")
    with pytest.raises(SettingsError, match=r"has 11\.0 MB; the app takes image files of up to 10"):
        receive("a.png", bytes(11 << 20), "photo")
    receive("notes.txt", b"Rain fell on the roof all night. " * 9, "material")
    receive("more.txt", b"And then it stopped. " * 9, "material")
    with pytest.raises(SettingsError, match="at most 2 document files"):
        receive("third.txt", b"x", "material")
    more = told(sent, "files")[-1]["files"][1]
    assert more["name"] == "more.txt"
    command(panel, "drop", file=more["id"])
    wait(lambda: len(told(sent, "files")[-1]["files"]) == 1)
    command(panel, "link", purpose="", url="javascript:alert(1)")
    wait(lambda: told(sent, "error"))
    command(panel, "link", purpose="", url="https://example.org/cat.png")
    wait(lambda: len(told(sent, "files")[-1]["files"]) == 2)
    for _ in range(2):
        run(panel, query="Summarise the notes in two points")
        assert panel.response.ending == "complete", panel.response
    requests = seen()
    body = requests[-1]["body"]
    assert [entry["type"] for entry in body["inputs"]["material"]] == ["document"]
    assert body["files"][0]["url"] == "https://example.org/cat.png"
    first = [r for r in requests if r["path"].endswith("messages")][-2]["body"]
    assert first["inputs"] == body["inputs"], "the file was not sent again"


def test_stopping_keeps_what_had_come_and_tells_the_service(
    make: Callable[..., DifyApp], seen: Seen
) -> None:
    panel = make(speed=20)
    before = len(seen())
    panel.ask("Write a story of 300 words")
    wait(lambda: panel.response and len(panel.response.text) > 10)
    command(panel, "stop")
    wait(lambda: not panel.busy)
    assert panel.phase == "stopped"
    assert panel.response is not None
    assert panel.response.ending == "stopped"
    wait(lambda: any(r["path"].endswith("/stop") for r in seen()[before:]))


def test_sound_of_an_app_that_reads_aloud_is_passed_on_while_it_comes(
    make: Callable[..., DifyApp], sent: list[dict[str, Any]]
) -> None:
    panel = make(quirks="autoplay")
    run(panel, query="What is 12*12?")
    assert told(sent, "sound")
    assert told(sent, "sound-end")
    assert panel.response is not None
    assert panel.response.audio == panel.state()[1][0]


def test_a_withdrawn_answer_is_not_left_in_the_panel(
    make: Callable[..., DifyApp],
) -> None:
    panel = make(quirks="moderated")
    run(panel, query="What is 12*12?")
    assert "withdrawn by the app" in panel.still()[0]


def test_annotations_are_searched_written_changed_and_deleted(
    panel: DifyApp, sent: list[dict[str, Any]]
) -> None:
    def ask(**facts: Any) -> list[dict[str, Any]]:
        before = len(told(sent, "annotations"))
        command(panel, "annotations", **facts)
        wait(lambda: len(told(sent, "annotations")) > before)
        rows: list[dict[str, Any]] = told(sent, "annotations")[-1]["rows"]
        return rows

    ask(do="list", keyword="panel refund")
    (row,) = ask(do="write", id="", question="The panel refund?", answer="In 30 days. panel refund")
    ask(do="write", id=row["id"], question="The panel refund?", answer="In 14 days.")
    (row,) = ask(do="list", keyword="panel refund")
    assert row["answer"] == "In 14 days."
    assert ask(do="delete", id=row["id"]) == []
    for facts, said in (
        ({"do": "write", "id": "", "question": "a", "answer": " "}, "write both"),
        ({"do": "delete", "id": "no-such"}, "Annotation not found"),
        ({"do": "reply", "on": True, "score": "2", "provider": "p", "model": "m"}, "from 0 to 1"),
        ({"do": "reply", "on": True, "score": "0.9", "provider": "", "model": "m"}, "provider"),
    ):
        sent.clear()
        command(panel, "annotations", **facts)
        wait(lambda: told(sent, "error"))
        assert said in told(sent, "error")[0]["text"]


def test_annotations_are_made_to_answer_from_a_score(
    panel: DifyApp, sent: list[dict[str, Any]]
) -> None:
    asked = "Where is the panel's hill?"
    command(panel, "annotations", do="write", id="", question=asked, answer="Behind the house.")
    named = {"score": "0.99", "provider": "zhipu", "model": "embedding_3"}
    command(panel, "annotations", do="reply", on=True, **named)
    wait(lambda: any("0.99" in each["text"] for each in told(sent, "annotation-reply")))
    run(panel, query=asked)
    assert panel.response is not None
    assert panel.response.text == "Behind the house."
    empty = dict.fromkeys(named, "")
    command(panel, "annotations", do="reply", on=False, **empty)
    wait(lambda: told(sent, "annotation-reply")[-1]["text"] == "Off.")


def test_a_key_that_is_refused_is_told_and_can_be_tried_again(
    make: Callable[..., DifyApp], sent: list[dict[str, Any]]
) -> None:
    panel = make(key="app-wrong-key-123")
    state = told(sent, "state")[-1]
    assert "page API Access" in state["problem"]
    assert "wrong-key" not in str(sent) + repr(panel) + str(panel.get_state())
    command(panel, "reload")
    wait(lambda: len(told(sent, "state")) > 1)
    assert panel.phase == "failed"


HOSTILE = {
    "title": "Writer\u202e<img src=x onerror=alert(1)>\x1b[31m",
    "icon_type": "emoji",
    "icon": "<b>",
    "icon_background": "red;background-image:url(https://evil.example/x)",
    "chat_color_theme": "var(--x)",
    "custom_disclaimer": "<script>alert(1)</script>",
    "privacy_policy": "javascript:alert(1)",
    "copyright": "x" * 5000,
}


def test_a_site_cannot_bring_in_styles_links_or_images() -> None:
    found = look({"name": "App"}, HOSTILE)
    assert (found["ground"], found["accent"], found["privacy"]) == ("", "", None)
    assert found["icon"] == "W"
    assert "\x1b" not in found["title"]
    assert "\u202e" not in found["title"]
    assert len(found["copyright"]) < 200
    image = look({}, {"icon_type": "image", "icon": "https://evil.example/i.png"})
    assert image["icon"] == "D"
    fine = look({}, {"icon_background": "#FFEAD5", "privacy_policy": "https://a.example/p"})
    assert fine["ground"] == "#FFEAD5"
    assert fine["privacy"] == {"href": "https://a.example/p", "host": "a.example"}


def test_an_app_without_a_form_is_asked_for_its_query() -> None:
    (field,) = fields((), {})
    assert (field["name"], field["kind"]) == ("query", "paragraph")
    assert largest((), {}, 5) == 0


def test_a_file_field_offers_only_what_it_takes() -> None:
    facts = {"variable": "f", "allowed_file_types": ["audio", "custom"], "label": "F"}
    form = parameters({"user_input_form": [{"file": facts}]})
    (field,) = fields(form.inputs, form.files)
    assert field["accept"] == [], "a custom file may be of any kind"
    assert (field["sends"], field["links"]) == (True, True)
    only = {**facts, "allowed_file_upload_methods": ["remote_url"]}
    form = parameters({"user_input_form": [{"file": only}]})
    (field,) = fields(form.inputs, form.files)
    assert (field["sends"], field["links"]) == (False, True)
    assert largest(form.inputs, form.files, 5) == 0


@pytest.mark.parametrize(("typed", "meant"), [("3", 3), ("2.5", 2.5), ("-1", -1)])
def test_numbers_are_sent_as_numbers(typed: str, meant: float) -> None:
    (each,) = parameters({"user_input_form": [{"number": {"variable": "n"}}]}).inputs
    assert value(each, typed) == meant


def test_a_panel_opens_the_app_of_a_client_by_its_name(
    sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_NO_SANDBOX", "1")
    with pytest.raises(SettingsError, match="DIFY_WRITER_API_KEY"):
        DifyApp(Client("k", "https://a.example/api/open-apis"), app="writer")
