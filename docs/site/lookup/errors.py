"""The errors: what each means, and what it says, which ends with what to do."""

from __future__ import annotations

import inspect
from typing import Any

from sophnet_jupyter import errors

from .writing import documented, page, table

# What a server, a file or a user might have said, by the name of the parameter.
SAMPLES: dict[str, Any] = {
    "service": "SophNet",
    "status": 400,
    "message": "temperature must be between 0 and 2",
    "code": "",
    "request_id": "r-7f3a",
    "host": "www.sophnet.com",
    "reason": "the name is not known",
    "limit": "total",
    "seconds": 60.0,
    "what": "an HTML page",
    "quote": "<html>",
    "where": "$.price",
    "why": "Expected `float`, got `str`",
    "failures": ["exact is 0.82, and at least 0.9 was asked for."],
    "title": "handbook.pdf",
    "state": "UPLOADING",
    "task_id": "t-42",
    "problem": "expired",
    "name": "talk.mp3",
    "call": "client.chat.create",
    "word": "temprature",
    "near": "temperature",
    "closed": 1008,
}
STATUS = {
    "KeyRejected": (401, "the key is not valid"),
    "BalanceExhausted": (402, "the balance is empty"),
    "NotFound": (404, "there is no model of that name"),
    "RateLimited": (429, "too many requests"),
    "ServiceDown": (503, "the model is overloaded"),
}
# Where the parameter of one means something else.
OWN: dict[str, dict[str, Any]] = {
    "LineClosed": {"code": 1011, "reason": "internal error"},
    "ConnectionLost": {"reason": "the other side closed it"},
    "DownloadFailed": {"reason": "has expired"},
    "FileChanged": {"what": "became longer"},
    "KnowledgeNotReady": {"what": "deleted", "message": ""},
    "TaskFailed": {"state": "FAILED", "message": "the prompt was refused"},
    "StillRunning": {"state": "RUNNING", "seconds": 600.0, "problem": ""},
    "LineRefused": {"reason": "no such service"},
}


def kinds() -> dict[str, Any]:
    """All classes of errors, in the order of the source."""
    return {
        name: each
        for name, each in vars(errors).items()
        if inspect.isclass(each)
        and issubclass(each, errors.SophNetError)
        and each.__module__ == errors.__name__
    }


def sample(name: str, kind: Any) -> str:
    """What such an error says, with facts that it might have; nothing for a mere base."""
    try:
        takes = inspect.signature(kind).parameters
    except ValueError:
        return ""  # it takes any sentence
    given = {each: SAMPLES[each] for each in takes if each in SAMPLES} | OWN.get(name, {})
    if name in STATUS:
        given["status"], given["message"] = STATUS[name]
    return str(kind(**given))


def pages() -> dict[str, str]:
    """The page by its place below ``look-up/``."""
    found = kinds()
    parts = []
    for name, kind in found.items():
        above = kind.__mro__[1].__name__
        parts += [f"## `{name}`", documented(kind)]
        if above in found:
            parts.append(f"A [`{above}`](#{above.lower()}).")
        if said := sample(name, kind):
            parts.append(f"It says, for example:\n\n```{{code-block}} text\n{said}\n```")
    tree = (inspect.getdoc(errors) or "").split("\n\n")[1]
    rows = [(str(status), f"[`{name}`](#{name.lower()})") for name, (status, _) in STATUS.items()]
    return {
        "errors.md": page(
            "Errors",
            "Every error that is raised on purpose is one of these, of `sophnet_jupyter.errors`. "
            "Each says what happened and then what to do; what had arrived before it is its "
            "`.response`.",
            f"```{{code-block}} text\n{tree}\n```",
            "## By status of HTTP",
            table(
                ("status", "error"),
                [*rows, ("any other 4xx", "[`RequestRefused`](#requestrefused)")],
            ),
            *parts,
        )
    }
