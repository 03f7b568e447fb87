"""What a script of the page can make a panel do: not much, not fast, and it is told."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.widgets.panel import gate
from sophnet_jupyter.widgets.panel.gate import MOST, Gate
from sophnet_jupyter.widgets.panel.modules import inlined


@pytest.mark.parametrize("command", [{"kind": "delete"}, {"kind": "ask"}, {"do": "delete"}])
def test_the_sixth_costly_command_within_a_second_is_refused(
    command: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(gate, "time", SimpleNamespace(monotonic=lambda: now[0]))
    door = Gate()
    for _ in range(MOST):
        door.check(command)
    with pytest.raises(SettingsError, match="was not done"):
        door.check(command)
    now[0] += 1.0
    door.check(command)


def test_what_costs_nothing_is_not_counted() -> None:
    door = Gate()
    for _ in range(100):
        door.check({"kind": "hello"})
        door.check({"kind": "page"})
        door.check({"kind": ["delete"]})


def test_a_flood_of_deletions_deletes_five(
    sandbox: Any, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sophnet_jupyter import Client, KnowledgePanel

    from ...waiting import wait

    # All of it at one moment, however long it takes.
    monkeypatch.setattr(gate, "time", SimpleNamespace(monotonic=lambda: 100.0))
    panel = KnowledgePanel("handbook", client=Client(sandbox.key, sandbox.url))
    asked: list[str] = []

    async def delete(name: str) -> None:
        asked.append(name)

    panel._delete = delete  # type: ignore[method-assign]
    for number in range(50):
        data = {"kind": "delete", "id": f"file {number}", "view": "v"}
        panel._line.receive({"content": {"data": data}, "buffers": []})
    wait(lambda: sum(message["kind"] == "error" for message in sent) >= 45)
    wait(lambda: len(asked) >= MOST)
    assert len(asked) == MOST
    panel.close()


@pytest.mark.parametrize("data", [None, 3, "kind", ["kind"], float("nan")])
def test_a_message_that_is_no_object_is_passed_over(data: Any) -> None:
    from sophnet_jupyter import AudioPlayer

    from ...waiting import wait

    panel = AudioPlayer("pcm")
    sent: list[dict[str, Any]] = []
    panel.send = lambda content, buffers=None: sent.append(content)  # type: ignore[method-assign]
    panel._line.receive({"content": {"data": data}, "buffers": []})
    panel._hear(data, [])
    panel._line.receive({"content": {"data": {"kind": "hello", "view": "v"}}, "buffers": []})
    wait(lambda: sent)
    assert [message["kind"] for message in sent] == ["state"]
    panel.close()


def test_who_has_asked_for_a_lot_is_asked_before_more_is_spent(
    sent: list[dict[str, Any]], sandbox: Any
) -> None:
    from sophnet_jupyter import Client, ImageStudio

    from ...waiting import wait

    panel = ImageStudio(Client(sandbox.key, sandbox.url))
    made: list[Any] = []
    panel._make = made.append  # type: ignore[method-assign, assignment]

    def say(**command: Any) -> None:
        panel._line.receive({"content": {"data": {"view": "v", **command}}, "buffers": []})

    def asked() -> list[dict[str, Any]]:
        return [message for message in sent if message["kind"] == "confirm"]

    for _ in range(4):
        say(kind="make", form={"prompt": "a fox", "count": "8"})
    wait(asked)
    assert len(made) == 3
    assert (asked()[0]["to"], "Go on" in asked()[0]["text"]) == ("v", True)
    say(kind="confirmed", word="guessed")
    say(kind="confirmed", word=asked()[0]["word"])
    wait(lambda: len(made) == 4)
    # The word is good once, and what comes next is counted anew.
    say(kind="confirmed", word=asked()[0]["word"])
    panel._gate._latest.clear()
    say(kind="make", form={"prompt": "a fox", "count": "8"})
    wait(lambda: len(made) == 5)
    assert len(asked()) == 1
    panel.close()


def test_what_was_spent_a_minute_ago_is_not_held_against_anybody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(gate, "time", SimpleNamespace(monotonic=lambda: now[0]))
    door = Gate()
    held: gate.Held = ({"kind": "ask"}, [])
    assert not door.hold(held, gate.ALLOWED)
    assert door.hold(held, 1)
    now[0] += gate.WITHIN
    assert not door.hold(held, 1)


def test_script_and_kernel_agree_about_what_spends() -> None:
    script = inlined("panel/panel.js")
    [words] = re.findall(r'SPENDING = new Set\(\s*"([^"]*)"', script)
    assert set(words.split()) == gate.SPENDING
    assert "event.isTrusted" in script


def test_a_retry_of_many_rows_and_a_wide_comparison_count_as_many() -> None:
    from sophnet_jupyter import Client, Compare, VideoStudio

    nobody = Client(api_key="made-up", base_url="http://127.0.0.1:9")
    compare = Compare(nobody, "hello", models=["a"])
    assert compare.spends({"kind": "run", "prompts": {"a": "", "b": ""}, "models": ["c"] * 9}) == 18
    assert compare.spends({"kind": "again", "column": 1}) == 1
    videos = VideoStudio(nobody)
    assert videos.spends({"kind": "make", "form": {}}) == 5
    for panel in (compare, videos):
        panel.close()


@pytest.mark.parametrize("script", ["widgets/knowledge/panel.js", "widgets/dify/panel.js"])
def test_deletions_want_the_hand_of_a_user(script: str) -> None:
    assert "event.isTrusted" in inlined(script.removeprefix("widgets/"))
