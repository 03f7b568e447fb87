"""The life of a task, and the address of its result."""

from __future__ import annotations

import time
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import ClassVar, Generic, TypeVar

from starlette.requests import Request

from ..server.refusal import Refused
from ..server.results import Trouble
from ..switches.switches import Switches

Asked = TypeVar("Asked")

# Of its time a task spends this part in the queue; tasks differ by up to a quarter.
QUEUED = 0.2
SPREAD = 0.25
# Addresses that no client may follow, and that none can.
ELSEWHERE = {
    "result_private": "https://10.0.0.7:9000/bucket/result.png",
    "result_dead": "https://results.invalid/result.png",
}
TROUBLES: dict[str, Trouble] = {
    "result_expired": "expired",
    "result_empty": "empty",
    "result_page": "page",
    "result_broken": "broken",
    "result_huge": "huge",
}


@dataclass(frozen=True, kw_only=True)
class Words:
    """A service's names for the states of a task."""

    queued: str
    running: str
    failed: str
    cancelled: str
    succeeded: str
    successed: str
    """The same with its misspelling."""


@dataclass(kw_only=True)
class StartedTask:
    """A started task that takes ``seconds``."""

    seconds: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    begun: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> float:
        """The fraction of its time that has passed, 1 and more once it is done."""
        return (time.monotonic() - self.begun) / self.seconds if self.seconds else 1.0


@dataclass(kw_only=True)
class Work(StartedTask, Generic[Asked]):
    """A task with its request, ``asked``."""

    words: ClassVar[Words]

    asked: Asked
    seed: int

    def status(self, switches: Switches) -> str:
        """The service's word for where it is by now."""
        done = self.done
        if done < QUEUED:
            return self.words.queued
        if done < 1 or "task_never_ends" in switches.faults:
            return self.words.running
        if "task_fails" in switches.faults:
            return self.words.failed
        if "task_canceled" in switches.faults:
            return self.words.cancelled
        return self.words.successed if "successed" in switches.quirks else self.words.succeeded

    def succeeded(self, switches: Switches) -> bool:
        return self.status(switches) in (self.words.succeeded, self.words.successed)


Kind = TypeVar("Kind", bound=StartedTask)


class Works(Generic[Kind]):
    """The tasks of one kind; the oldest go when there are more than ``most``."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, Kind] = OrderedDict()

    def __iter__(self) -> Iterator[Kind]:
        """The newest first."""
        return reversed(self._kept.values())

    def add(self, work: Kind) -> None:
        self._kept[work.id] = work
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def asked_for(self, request: Request) -> Kind:
        """The one whose id is in the path; raises Refused (404)."""
        work = self._kept.get(request.path_params["id"])
        if work is None:
            raise Refused(404, "there is no such task")
        return work


def seed_of(asked: int | None, largest: int) -> int:
    """The requested seed; a random one where none is given."""
    return Random().randrange(largest) if asked is None else asked


def origin_of(request: Request) -> str:
    """The origin of a task's results: that of the request."""
    return f"{request.url.scheme}://{request.url.netloc}"


def vary(seconds: float) -> float:
    """A random duration around the usual one."""
    return seconds * Random().uniform(1 - SPREAD, 1 + SPREAD)


def dead_origin(switches: Switches) -> str:
    """An address that does not exist, if a fault asks for one."""
    return next((url for fault, url in ELSEWHERE.items() if fault in switches.faults), "")


def result_fault(switches: Switches) -> Trouble:
    """The fault that the reader of a result meets."""
    struck = (trouble for fault, trouble in TROUBLES.items() if fault in switches.faults)
    return next(struck, "")
