"""What a page says to a panel's widget is heard by the subshell that it names."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.kernel


def control(kernel: Any, kind: str, **content: Any) -> dict[str, Any]:
    client = kernel.client
    client.control_channel.send(client.session.msg(kind, content))
    answer: dict[str, Any] = client.get_control_msg(timeout=60)["content"]
    assert answer["status"] == "ok"
    return answer


def state(kernel: Any, widget: str, subshell: str | None = None) -> dict[str, Any]:
    """What a widget answers a page that was loaded anew and asks for its state."""
    session = kernel.client.session
    asked = session.msg("comm_msg", {"comm_id": widget, "data": {"method": "request_state"}})
    asked["header"]["subshell_id"] = subshell
    kernel.client.shell_channel.send(asked)
    while True:
        message = kernel.client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != asked["header"]["msg_id"]:
            continue
        assert message["content"].get("execution_state") != "idle", "it was not answered"
        if message["msg_type"] == "comm_msg":
            answered: dict[str, Any] = message["content"]["data"]
            return answered


@pytest.mark.parametrize("panel", ["ChatPanel()", "AudioPlayer()"])
def test_a_panel_answers_a_page_behind_one_whose_subshell_has_ended(kernel, panel):
    kernel.run(f"from sophnet_jupyter import *\npanel = {panel}")
    widget = kernel.value("panel.comm.comm_id")
    of_a_page = control(kernel, "create_subshell_request")["subshell_id"]
    assert state(kernel, widget, of_a_page)["method"] == "update"
    control(kernel, "delete_subshell_request", subshell_id=of_a_page)
    assert state(kernel, widget)["state"]["key"]
