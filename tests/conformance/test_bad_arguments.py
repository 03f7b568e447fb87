"""Arguments of a wrong kind are told by their name, before anything is sent, by every service."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest

from sophnet_jupyter import Client, SettingsError
from sophnet_jupyter.errors import SophNetError
from sophnet_jupyter.providers.dify.annotations import Job

pytestmark = pytest.mark.anyio

# No call takes one of these for anything that has to be a text, a number or a switch.
WRONG = ([None], {"a": object()}, object(), b"\x00", float("nan"), 10**400, "\ud800", "a\x00b")
JOB = Job(id="j", state="waiting", action="enable")
# A whole call of each, of which one argument at a time is made wrong.
CALLS: dict[str, Callable[[Client], tuple[Any, dict[str, Any]]]] = {
    "complete": lambda c: (c.dify.complete, {"inputs": "hi", "stream": False}),
    "feedback": lambda c: (c.dify.feedback, {"message": "m", "rating": "like", "content": "x"}),
    "feedbacks": lambda c: (c.dify.feedbacks, {"page": 1, "limit": 20}),
    "speak": lambda c: (c.dify.speak, {"text": "hi", "voice": "v"}),
    "stop": lambda c: (c.dify.stop, {"task_id": "t"}),
    "add": lambda c: (c.dify.annotations.create, {"question": "q", "answer": "a"}),
    "update": lambda c: (
        c.dify.annotations.update,
        {"annotation_id": "i", "question": "q", "answer": "a"},
    ),
    "list": lambda c: (c.dify.annotations.list, {"keyword": "k"}),
    "delete": lambda c: (c.dify.annotations.delete, {"annotation_id": "i"}),
    "enable": lambda c: (
        c.dify.annotation_reply.enable,
        {"score_threshold": 0.5, "provider": "p", "model": "m"},
    ),
    "status": lambda c: (c.dify.annotation_reply.status, {"action": "enable", "job_id": "j"}),
    "wait": lambda c: (c.dify.annotation_reply.wait, {"job": JOB}),
    "analyse": lambda c: (
        c.excel.analyse,
        {
            "question": "q",
            "file_uuids": "u",
            "stream": False,
            "trace_id": "t",
            "temperature": 0.5,
            "top_p": 0.5,
            "max_tokens": 10,
            "timestamp": 1,
        },
    ),
    "put": lambda c: (c.excel.put, {"file": b"PK\x03\x04", "name": "a.xlsx"}),
}


@pytest.mark.parametrize("name", CALLS)
async def test_only_errors_of_ours_come_out_of_a_call_with_a_wrong_argument(
    name: str, sandbox: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_SANDBOX_URL", sandbox.root)
    odd = []
    async with Client() as client:
        call, right = CALLS[name](client)
        for argument, wrong in product(right, WRONG):
            error = await _raised(call, right | {argument: wrong})
            if isinstance(error, SettingsError | None):
                continue
            # Only a text or a number may be what the service alone can judge.
            judged = isinstance(wrong, str | bytes | int) and isinstance(error, SophNetError)
            if not judged or getattr(error, "status", 400) >= 500:
                odd.append(f"{argument}={wrong!r:.30}: {error!r:.100}")
    assert odd == []


async def _raised(call: Callable[..., Any], given: dict[str, Any]) -> Exception | None:
    try:
        found = call(**given)
        if inspect.isawaitable(found):
            await found
    except Exception as error:
        return error
    return None
