"""
One line of JSON for each call, on the logger ``sophnet_jupyter.audit``.

Whoever runs the site gives it a handler, which says where the lines go: see
docs/administration.md. Without one, and without a level that lets INFO through, nothing is made.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from ...events import Event, Finished, Replayed, Started, TextDelta, TextReplaced, Usage
from ...providers.keeping import Wanted
from ...providers.reply import is_sandbox
from ...settings import policy, scrub
from ...wire.call import Answered
from ...wire.held import held
from .origins import Who

NO_HEADERS: Mapping[str, str] = MappingProxyType({})
# Words of paths, the more telling first.
_PATHS = {
    "kn": "knowledge",
    **dict.fromkeys(("texttoimage", "imagegenerator"), "images"),
    "videogenerator": "videos",
    "speechtotext": "speech",
    **dict.fromkeys(("voice", "text-to-audio"), "voice"),
    **dict.fromkeys(("annotations", "annotation-reply"), "annotations"),
    "feedbacks": "feedbacks",
    "models": "models",
    **dict.fromkeys(("upload", "files", "workbooks"), "files"),
    "projects": "account",
}

log = logging.getLogger("sophnet_jupyter.audit")

Make = Callable[[], AsyncGenerator[Event, None]]


async def audited(
    asked: Wanted, make: Make, who: Who, *, user: str, place: tuple[str, str]
) -> AsyncGenerator[Event, None]:
    """The events of a call, which is told with its end. An error of the log stops nobody."""
    line = _AuditLine(asked, who, user=user, place=place)
    try:
        async with held(_inside(make())) as events:
            async for event in events:
                line.heard(event)
                yield event
    except (GeneratorExit, asyncio.CancelledError):
        line.ending = "stopped" if line.ending == "incomplete" else line.ending
        raise
    except BaseException as error:
        line.ending, line.error = "failed", type(error).__name__
        raise
    finally:
        line.write()


# Whether what is sent now belongs to a call that has its line: of a task, each look at it does.
_INSIDE: ContextVar[bool] = ContextVar("inside", default=False)


async def _inside(events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
    async with held(events):
        while True:
            # Only as long as it works: between two events its reader is at work.
            outside = _INSIDE.set(True)
            try:
                event = await anext(events)
            except StopAsyncIteration:
                return
            finally:
                _INSIDE.reset(outside)
            yield event


def request_line(name: str, path: str, *, user: str, place: tuple[str, str]) -> Answered | None:
    """Of a request that begins now: what writes its line; None where it is part of another call."""
    if _INSIDE.get():
        return None
    who = Who(name, "", "")
    line = _AuditLine(Wanted(resource=_resource(path)), who, user=user, place=place)

    def answered(
        *, status: int = 0, headers: Mapping[str, str] = NO_HEADERS, error: str = ""
    ) -> None:
        line.ending = "failed" if error or status >= 400 else "complete"
        line.ending = "stopped" if error == "CancelledError" else line.ending
        line.error = error or (f"HTTP {status}" if status >= 400 else "")
        line.head(headers)
        line.write()

    return answered


def _resource(path: str) -> str:
    """What a path is about, as the policy calls it; of others the first word."""
    words = path.partition("?")[0].strip("/").split("/")
    return next((name for word, name in _PATHS.items() if word in words), words[0])


def socket_line(name: str, path: str, *, user: str, place: tuple[str, str]) -> Callable[[], None]:
    """Of a conversation on a websocket that begins now: what writes its line at the end."""
    kind = "voicechat" if path.endswith("speech-chat") else "speech"
    who = Who(name, "", "")
    line = _AuditLine(Wanted(resource=kind), who, user=user, place=place)
    line.ending = "complete"
    return line.write


class _AuditLine:
    def __init__(self, asked: Wanted, who: Who, *, user: str, place: tuple[str, str]) -> None:
        self._at = time.time()
        self._begun = time.perf_counter()
        self._asked = asked
        self._facts: dict[str, Any] = {
            "time": datetime.fromtimestamp(self._at, UTC).isoformat(timespec="milliseconds"),
            "user": user,
            "notebook": place[0],
            "cell": place[1],
            "service": who.service,
            "app": who.app,
            "resource": asked.resource,
            "model": asked.lane,
        }
        self._keeps_text = policy().default("audit_text", False) is True
        self._text: list[str] = []
        self._usage: Usage | None = None
        self._request_id = ""
        self._source = ""
        self._sandbox = False
        self.ending = "incomplete"
        self.error = ""

    def heard(self, event: Event) -> None:
        match event:
            case TextDelta(text=text):
                if self._keeps_text:
                    self._text.append(text)
            case TextReplaced(text=text):
                self._text = [text]
            case Started():
                self._facts["model"] = event.model or self._facts["model"]
                self._request_id = event.request_id or self._request_id
                self._sandbox = event.sandbox
            case Usage():
                self._usage = event
            case Replayed(source=source):
                self._source = source
            case Finished(ending=ending):
                self.ending = ending

    def head(self, headers: Mapping[str, str]) -> None:
        """What the head of an answer tells."""
        self._request_id = headers.get("x-request-id", "")
        self._sandbox = is_sandbox(headers)

    def write(self) -> None:
        usage = self._usage
        prompt = self._asked.question
        facts = self._facts | {
            "ending": self.ending,
            "error": self.error,
            "prompt_tokens": usage.prompt_tokens if usage else None,
            "completion_tokens": usage.completion_tokens if usage else None,
            "total_tokens": usage.total_tokens if usage else None,
            "seconds": round(time.perf_counter() - self._begun, 3),
            "request_id": self._request_id,
            "prompt_sha256": hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest(),
            "from": self._source,
            "sandbox": self._sandbox,
        }
        if self._keeps_text:
            facts |= {"prompt": prompt, "answer": "".join(self._text)}
        said = scrub(json.dumps(facts, ensure_ascii=True, default=str))
        record = log.makeRecord(log.name, logging.INFO, __file__, 0, said, (), None)
        # Straight to the handlers: who has added one wants the lines, whatever the level says.
        log.handle(record)
