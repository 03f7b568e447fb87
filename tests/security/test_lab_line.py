"""Nothing of a key goes to JupyterLab's side panel, whatever a service says back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from sophnet_jupyter.lab.looking import SUBJECTS

from .test_canary import leaks

pytestmark = pytest.mark.kernel


def look_at_everything(kernel: Any, key: str) -> list[dict[str, Any]]:
    """Open the line as a page does, and ask for each subject; all that came down."""
    shell, session = kernel.client.shell_channel, kernel.client.session
    opening = {"comm_id": "up", "target_name": "sophnet.lab", "data": {"page": "p", "protocol": 1}}
    shell.send(session.msg("comm_open", opening))
    for what in SUBJECTS:
        command = {"kind": "look", "what": what, "words": ""}
        shell.send(session.msg("comm_msg", {"comm_id": "up", "data": command}))
    heard: list[dict[str, Any]] = []
    until = time.monotonic() + 60
    while not set(SUBJECTS) <= {each["data"].get("what") for each in heard}:
        assert time.monotonic() < until, heard
        message = kernel.client.get_iopub_msg(timeout=60)
        if message["msg_type"] in ("comm_open", "comm_msg"):
            heard.append(message["content"])
    return heard


@pytest.mark.parametrize("accepts", [True, False], ids=["accepted", "quoted back"])
def test_no_event_holds_the_key(
    accepts: bool,
    front_end: Callable[..., Any],
    start_sandbox: Callable[..., Any],
    parrot: Any,
    canary: str,
) -> None:
    with (
        start_sandbox("--tokens-per-second", "0", key=canary) as sandbox,
        front_end(
            SOPHNET_API_KEY=canary, SOPHNET_BASE_URL=sandbox.url if accepts else parrot.url
        ) as kernel,
    ):
        kernel.run("%load_ext sophnet_jupyter")
        kernel.run("%sophchat what is 2*3?")
        heard = look_at_everything(kernel, canary)
        assert heard[0]["target_name"] == "sophnet.lab.events"
        assert any(each["data"].get("rows") for each in heard)
        assert not leaks(json.dumps(heard).encode(), canary)
