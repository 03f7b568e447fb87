"""Who is asked whether it is still there, of pages on one kernel."""

from __future__ import annotations

import time
from typing import Any

import pytest

from sophnet_jupyter.kernel.loop import after_answers, loop

from ..waiting import wait

pytestmark = pytest.mark.kernel


def subshell(kernel: Any) -> str:
    client = kernel.client
    client.control_channel.send(client.session.msg("create_subshell_request"))
    return client.get_control_msg(timeout=60)["content"]["subshell_id"]


def open_page(kernel: Any, name: str, subshell: str = "") -> None:
    """Open the line as a page does that answers, and wait until it is welcomed."""
    data = {"page": name, "protocol": 1, "shared": True, "answers": True}
    opening = {"comm_id": name, "target_name": "sophnet.lab", "data": data}
    message = kernel.client.session.msg("comm_open", opening)
    if subshell:
        message["header"]["subshell_id"] = subshell
    kernel.client.shell_channel.send(message)
    while kernel.client.get_iopub_msg(timeout=60)["msg_type"] != "comm_open":
        pass


def told_of_an_answer(kernel: Any, pages: int) -> list[str]:
    """The kinds of what pages are told until each knows that an answer is complete."""
    session = kernel.client.session
    asked = session.msg("execute_request", {"code": "%sophchat what is 2*3?", "silent": False})
    # As JupyterLab does: what has no cell is told to no page.
    asked["metadata"]["cellId"] = "it"
    kernel.client.shell_channel.send(asked)
    kinds: list[str] = []
    left = pages
    while left:
        message = kernel.client.get_iopub_msg(timeout=60)
        if message["msg_type"] == "comm_msg":
            data = message["content"]["data"]
            kinds.append(data.get("kind", ""))
            left -= data.get("state") == "complete"
    return kinds


@pytest.fixture
def kernel(start_kernel, running_sandbox):
    """One of its own, since nobody tells it that these pages go."""
    with start_kernel(SOPHNET_SANDBOX_URL=running_sandbox.root) as kernel:
        yield kernel


def test_pages_are_asked_by_their_subshells(kernel):
    # Answers of these two would wait for the end of the cell, and they would count as gone.
    open_page(kernel, "one")
    open_page(kernel, "two")
    assert "roll" not in told_of_an_answer(kernel, 2)
    open_page(kernel, "three", subshell(kernel))
    open_page(kernel, "four", subshell(kernel))
    assert told_of_an_answer(kernel, 4).count("roll") >= 2


def test_answers_that_came_while_the_process_stood_still_are_read_before_time_is_over():
    order: list[str] = []

    def read(rounds: int) -> None:
        if rounds:
            loop().call_soon(read, rounds - 1)
        else:
            order.append("read")

    def stand_still() -> None:
        time.sleep(2.1)
        loop().call_soon(read, 5)

    def begin() -> None:
        after_answers(2, lambda: order.append("over"))
        # Behind what that has asked the loop to do.
        loop().call_soon(stand_still)

    loop().call_soon_threadsafe(begin)
    wait(lambda: "over" in order)
    assert order == ["read", "over"]
