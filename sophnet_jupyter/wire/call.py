"""Requests and replies as values."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote

from ..errors import SettingsError
from ..language import tr


class Upload(Protocol):
    """A body that is streamed: ``length`` bytes, the same each time it is iterated."""

    @property
    def content_type(self) -> str: ...
    @property
    def length(self) -> int: ...
    @property
    def replayable(self) -> bool: ...
    def __aiter__(self) -> AsyncIterator[bytes]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """
    One request. ``path`` is joined to the service's root; ids in it are quoted by the caller.

    ``lane`` is an opaque word, the model where there is one: the service may limit the requests of
    each lane, which then share one `Pace`. One without a lane, such as a look at a task, has none.
    """

    method: str
    path: str
    body: bytes = b""
    content_type: str = "application/json"
    upload: Upload | None = None
    lane: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """
    A whole answer. Header names are in lower case; ``retry_after`` is in seconds.

    ``scrub`` takes the key out of words that are to be shown, should the server have echoed it.
    It goes over decoded words: in JSON a key can be spelt with escapes. ``setting`` is the one of
    the `Origin` that answered.
    """

    status: int
    headers: Mapping[str, str]
    # Not in the repr, which may end up anywhere: a server can quote the key in it.
    body: bytes = field(repr=False)
    retry_after: float | None = None
    scrub: Callable[[str], str] = str
    setting: str = ""
    key_setting: str = ""
    # Of the call that it answers.
    path: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def content_type(self) -> str:
        return content_type(self.headers)

    @property
    def text(self) -> str:
        """The body as words to show."""
        return self.scrub(self.body.decode("utf-8-sig", "replace"))


class Renewal(Protocol):
    """
    A key that may be another one later. Both are blocking, since a file or a program is asked.
    """

    def current(self) -> int:
        """See that the key is the one of now; returns its turn. May raise `SettingsError`."""

    def renewed(self, since: int) -> bool:
        """Whether there is another key than that of a turn, which the service has refused."""


class Answered(Protocol):
    """Hears how a call ended, with the name of an error's class, or the answer's head."""

    def __call__(
        self, *, status: int = 0, headers: Mapping[str, str] = ..., error: str = ""
    ) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Origin:
    """
    The root address of a service, and its authentication.

    ``authorize`` is asked once per attempt, so that a signature is fresh. ``locate`` finds the
    root where it is not known before the first call; ``scrub`` takes the key out of a text.
    ``setting`` is the variable in which the address is set, for errors to name. ``account`` tells
    two keys at one address apart, and shows neither: a service limits each by itself. ``is_spent``
    says whether the body of a 429 speaks of money, for which waiting is of no use. ``renewal`` is
    there where the key can change: it is asked before each attempt, and after a 401, also one that
    the body or the first event of a 200 tells, as ``refuses_key`` says of a reply that may be cut.
    ``socket_opened`` hears the path of each websocket, and returns what hears of its end;
    ``requested`` hears of each call, and may return what hears how it was answered.
    """

    service: str
    base_url: str
    authorize: Callable[[Call], Mapping[str, str]]
    scrub: Callable[[str], str]
    locate: Callable[[], str] | None = None
    setting: str = ""
    key_setting: str = ""
    account: Callable[[], str] = str
    is_spent: Callable[[bytes], bool] = lambda body: False
    renewal: Renewal | None = None
    refuses_key: Callable[[Reply], bool] = lambda reply: False
    socket_opened: Callable[[str], Callable[[], None]] | None = None
    requested: Callable[[Call], Answered | None] | None = None


class Limits(Protocol):
    """Time limits in seconds: to connect, between two chunks, and for a whole call."""

    @property
    def connect(self) -> float: ...
    @property
    def between(self) -> float: ...
    @property
    def total(self) -> float: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """
    How the network is reached. Time limits are in seconds.

    ``transport`` is ``httpx2`` for that library's own in place of our engine.
    """

    connect: float = 10.0
    between: float = 120.0
    total: float = 900.0
    proxy: str = ""
    ca_bundle: str = ""
    transport: str = ""

    @classmethod
    def within(
        cls, limits: Limits, *, proxy: str = "", ca_bundle: str = "", transport: str = ""
    ) -> Network:
        """The network under these time limits."""
        return cls(
            connect=limits.connect,
            between=limits.between,
            total=limits.total,
            proxy=proxy,
            ca_bundle=ca_bundle,
            transport=transport,
        )


def content_type(headers: Mapping[str, str]) -> str:
    """The media type alone, in lower case, empty where the server gave none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def segment(task_id: str | int) -> str:
    """
    An id as one path segment, with special characters quoted.

    One of digits may be a number. Raises `SettingsError` for what cannot be a segment.
    """
    number = isinstance(task_id, int) and not isinstance(task_id, bool)
    written = str(task_id) if number or isinstance(task_id, str) else ""
    if written.strip() in ("", ".", ".."):
        raise SettingsError(tr("{task_id!r} is no id.", task_id=task_id))
    return quote(written, safe="", errors="replace")
