"""
A panel in front of a kernel as VS Code sees it: comms, no subshells, and cells that have ids.

There a panel has no line of its own, so that all it says goes by the comm of its widget.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

MAKE = "from sophnet_jupyter import ChatPanel\npanel = ChatPanel()\npanel"
# It says what has been asked by the time it ends.
BUSY = """
import pathlib, time
print("begun", flush=True)
while not pathlib.Path("over").exists():
    time.sleep(0.05)
print("asked:", [each["content"] for each in panel.messages if each["role"] == "user"])
"""


class FrontEnd:
    """What VS Code sends and hears; whatever the kernel says is kept."""

    def __init__(self, kernel: Any) -> None:
        self.client = kernel.client
        self.said: list[dict[str, Any]] = []

    def run(self, code: str, cell: str) -> str:
        """Start a cell; returns the id by which it is known in what the kernel says."""
        session = self.client.session
        message = session.msg("execute_request", {"code": code, "allow_stdin": True})
        message["metadata"]["cellId"] = cell
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def open(self, target: str, comm: str, subshell: str, data: dict[str, Any]) -> None:
        self._send("comm_open", {"comm_id": comm, "target_name": target, "data": data}, subshell)

    def tell(self, comm: str, data: dict[str, Any], subshell: str = "") -> None:
        self._send("comm_msg", {"comm_id": comm, "data": data}, subshell)

    def press(self, panel: str, kind: str, **facts: Any) -> None:
        """A command as anywidget sends it for a panel that calls ``model.send``."""
        self.tell(panel, {"method": "custom", "content": {"kind": kind, "view": "v", **facts}})

    def new_subshell(self) -> str:
        """As JupyterLab has for each panel."""
        self.client.control_channel.send(self.client.session.msg("create_subshell_request"))
        return str(self.client.get_control_msg(timeout=60)["content"]["subshell_id"])

    def wait(self, holds: Callable[[], object]) -> None:
        while not holds():
            self.said.append(self.client.get_iopub_msg(timeout=60))

    def ended(self, cell: str) -> bool:
        return any(
            each["parent_header"].get("msg_id") == cell
            and each["content"].get("execution_state") == "idle"
            for each in self.said
        )

    def printed(self) -> str:
        return "".join(each["content"].get("text", "") for each in self.said)

    def panel(self) -> str:
        """The comm of the panel's widget."""
        opened = [each["content"] for each in self.said if each["msg_type"] == "comm_open"]
        [found] = [
            each["comm_id"]
            for each in opened
            if "ChatPanel" in each["data"]["state"].get("_anywidget_id", "")
        ]
        return str(found)

    def events(self, kind: str) -> list[dict[str, Any]]:
        """What the panel has been told, of one kind."""
        told = [each["content"]["data"] for each in self.said if each["msg_type"] == "comm_msg"]
        custom = [each["content"] for each in told if each.get("method") == "custom"]
        return [each for each in custom if each["kind"] == kind]

    def _send(self, kind: str, content: dict[str, Any], subshell: str) -> None:
        message = self.client.session.msg(kind, content)
        if subshell:
            message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)


@pytest.fixture
def front_end(start_kernel: Any, running_sandbox: Any, tmp_path: Path) -> Iterator[FrontEnd]:
    with start_kernel(SOPHNET_SANDBOX_URL=running_sandbox.root, cwd=tmp_path) as kernel:
        shown = FrontEnd(kernel)
        made = shown.run(MAKE, "first")
        shown.wait(lambda: shown.ended(made))
        yield shown


def test_a_panel_answers_on_the_comm_of_its_widget(front_end: FrontEnd) -> None:
    panel = front_end.panel()
    front_end.press(panel, "hello")
    front_end.wait(lambda: front_end.events("state"))
    front_end.press(panel, "ask", text="Count to 40", images=[])
    front_end.wait(lambda: front_end.events("settled"))
    asked = front_end.run("print(panel.response.text)", "second")
    front_end.wait(lambda: front_end.ended(asked))
    assert "39, 40." in front_end.printed()


def test_what_is_pressed_waits_for_the_end_of_a_cell_where_there_is_no_subshell(
    front_end: FrontEnd, tmp_path: Path
) -> None:
    panel = front_end.panel()
    front_end.press(panel, "hello")
    front_end.wait(lambda: front_end.events("state"))
    key = front_end.run("print('key', panel.key, '.')", "second")
    front_end.wait(lambda: front_end.ended(key))
    busy = front_end.run(BUSY, "third")
    front_end.wait(lambda: "begun" in front_end.printed())

    front_end.press(panel, "ask", text="Count to 3", images=[])
    # What comes later on the same channel, but as JupyterLab sends it, is heard.
    subshell = front_end.new_subshell()
    name = front_end.printed().split("key ")[1].split()[0]
    front_end.open("sophnet.panel", "line", subshell, {"panel": name})
    later = {"kind": "ask", "view": "v", "text": "Count to 4", "images": []}
    front_end.tell("line", later, subshell)
    front_end.wait(lambda: front_end.events("settled"))
    assert not front_end.ended(busy)
    (tmp_path / "over").touch()
    front_end.wait(lambda: front_end.ended(busy))
    assert "asked: ['Count to 4']" in front_end.printed()
    front_end.wait(lambda: len(front_end.events("settled")) == 2)
    then = front_end.run(BUSY, "fourth")
    front_end.wait(lambda: front_end.ended(then))
    assert "asked: ['Count to 4', 'Count to 3']" in front_end.printed()
