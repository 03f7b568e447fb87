"""What a script of the page can make a panel do: not much, not fast, and it is told."""

from __future__ import annotations

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
    monkeypatch.setattr(gate.time, "monotonic", lambda: now[0])
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


def test_a_flood_of_deletions_deletes_five(sandbox: Any, sent: list[dict[str, Any]]) -> None:
    from sophnet_jupyter import Client, KnowledgePanel

    from ...waiting import wait

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
def test_a_message_that_is_no_object_is_passed_over(data: Any, sent: list[dict[str, Any]]) -> None:
    from sophnet_jupyter import AudioPlayer

    from ...waiting import wait

    panel = AudioPlayer("pcm")
    panel._line.receive({"content": {"data": data}, "buffers": []})
    panel._hear(data, [])
    panel._line.receive({"content": {"data": {"kind": "hello", "view": "v"}}, "buffers": []})
    wait(lambda: sent)
    assert [message["kind"] for message in sent] == ["state"]
    panel.close()


@pytest.mark.parametrize("script", ["widgets/knowledge/panel.js", "widgets/dify/panel.js"])
def test_deletions_want_the_hand_of_a_user(script: str) -> None:
    assert "event.isTrusted" in inlined(script.removeprefix("widgets/"))
