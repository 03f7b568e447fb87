"""The state of one app: files, messages, feedback, annotations, and running answers."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")

KEPT = 500


def new_id() -> str:
    return str(uuid.uuid4())


def now() -> int:
    return int(time.time())


@dataclass(kw_only=True)
class File:
    """An upload; ``used`` once a message has named it, which is what a preview wants."""

    name: str
    data: bytes
    mime: str
    user: str
    used: bool = False
    id: str = field(default_factory=new_id)
    created_at: int = field(default_factory=now)

    @property
    def extension(self) -> str:
        return self.name.rpartition(".")[2].lower()


@dataclass(kw_only=True)
class Message:
    """An answer that was given, whole or as far as it came."""

    user: str
    text: str = ""
    id: str = field(default_factory=new_id)
    created_at: int = field(default_factory=now)


@dataclass(kw_only=True)
class Opinion:
    """A feedback; one for each user and message."""

    message_id: str
    user: str
    rating: str
    content: str | None
    id: str = field(default_factory=new_id)
    created_at: int = field(default_factory=now)


@dataclass(kw_only=True)
class Annotation:
    """A person's answer to a question, and how often it stood in for the model's."""

    question: str
    answer: str
    hits: int = 0
    id: str = field(default_factory=new_id)
    created_at: int = field(default_factory=now)


@dataclass(kw_only=True)
class Job:
    """Switching annotation replies on or off: ``seconds`` is how long it takes."""

    action: str
    threshold: float
    seconds: float
    id: str = field(default_factory=new_id)
    begun: float = field(default_factory=time.monotonic)

    @property
    def fraction(self) -> float:
        return (time.monotonic() - self.begun) / self.seconds if self.seconds else 1.0


@dataclass(kw_only=True)
class Run:
    """One answer that is being made. It is set to ``stopped`` by its user alone."""

    user: str
    id: str = field(default_factory=new_id)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)


class Shelf:
    """The state of one app; the oldest of each kind goes when there is too much."""

    def __init__(self) -> None:
        self.files: OrderedDict[str, File] = OrderedDict()
        self.messages: OrderedDict[str, Message] = OrderedDict()
        self.opinions: OrderedDict[str, Opinion] = OrderedDict()
        self.annotations: OrderedDict[str, Annotation] = OrderedDict()
        self.jobs: OrderedDict[str, Job] = OrderedDict()
        self.runs: dict[str, Run] = {}

    @property
    def threshold(self) -> float | None:
        """The similarity from which annotations answer; None while they are off."""
        done = [job for job in self.jobs.values() if job.fraction >= 1]
        return done[-1].threshold if done and done[-1].action == "enable" else None


def put(kept: OrderedDict[str, T], key: str, value: T) -> T:
    """Keep a value, and no more than `KEPT` of its kind."""
    kept[key] = value
    while len(kept) > KEPT:
        kept.popitem(last=False)
    return value
