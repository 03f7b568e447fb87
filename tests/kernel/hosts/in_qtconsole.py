"""
What is said in qtconsole, by its side of the protocol.

It names no cell and takes input; it shows words alone and each as it was first sent, for it knows
neither HTML nor updates; and it closes what would be a widget.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

# What is asked, and words from its beginning and its end.
CASES = (
    ("%sophchat Count to 40", ("1, 2, 3", "39, 40.", "complete")),
    ("%sophchat Explain the quadratic formula in TeX", ("Quadratic", "complete")),
    ("%sophchat Draw a table of the planets", ("Mercury", "3390", "complete")),
    ("%imagine --seed 7 a red fox", ("[image 1] a red fox", "complete")),
    ("from sophnet_jupyter import ChatPanel\nChatPanel()", ("A chat panel.",)),
    ("%sophnet", ("no real model",)),
)
MARKUP = ("<p", "<div", "<table", "<span", "style=", "\x1b]")


@pytest.fixture
def shown(start_kernel: Any, running_sandbox: Any) -> Any:
    """What stands in the window when a cell has ended, by its code."""
    with start_kernel(SOPHNET_SANDBOX_URL=running_sandbox.root) as kernel:
        yield lambda code: words(kernel.client, code)


def words(client: Any, code: str) -> str:
    client.session.metadata = {}
    asked = client.execute(code, allow_stdin=True)
    seen = ""
    while True:
        message = client.get_iopub_msg(timeout=60)
        kind, content = message["msg_type"], message["content"]
        if kind == "comm_open":
            close = {"comm_id": content["comm_id"], "data": {}}
            client.shell_channel.send(client.session.msg("comm_close", close))
        if message["parent_header"].get("msg_id") != asked:
            continue
        if kind == "stream":
            seen += content["text"]
        elif kind in ("display_data", "execute_result"):
            seen += "\n" + content["data"].get("text/plain", "")
        elif kind == "error":
            seen += "\n".join(content["traceback"])
        elif content.get("execution_state") == "idle":
            return seen


def test_each_answer_is_whole_in_words_and_no_markup_is_shown(shown: Callable[[str], str]) -> None:
    for code, wanted in CASES:
        seen = shown(code)
        assert [word for word in wanted if word not in seen] == [], seen
        assert [mark for mark in (*MARKUP, "Traceback") if mark in seen] == [], seen


def test_an_answer_stands_there_once(shown: Callable[[str], str]) -> None:
    assert shown("%sophchat Count to 40").count("39, 40.") == 1
    assert shown("_ = %sophchat Count to 40").count("39, 40.") == 1
