"""
Answers in a file that can be committed, and given again without a key or a network.

UTF-8, one JSON value a line: a head, then three lines a call: what is asked of whom, the request,
the events. No clock, duration, id or header is in it, so that two recordings of the same answers
are equal. Bytes lie beside it, in ``FILE.media/<sha256>``.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace as changed

from ..errors import SettingsError, file_refused
from ..events import (
    Event,
    ImageReady,
    Metadata,
    Progress,
    Replayed,
    Started,
    ToolCallDelta,
    ToolResult,
    Transcribed,
    VideoReady,
)
from ..files.disk import append, create
from ..files.lines import lines
from ..files.processes import is_alive
from ..files.saving import save_bytes
from ..language import tr
from ..settings.secret import HIDDEN, scrub
from . import encoding
from .keys import AskedCall, canonical, without_signatures

VERSION = 1
_CONFLICT = (b"<<<<<<<", b"=======", b">>>>>>>")
_BEARER = re.compile(r"(?i)\bbearer\s+[\w.~+/=-]{8,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taped:
    """One call on a cassette."""

    asked: AskedCall
    events: tuple[Event, ...]


# Names of what is another each time.
_MOVES = re.compile(r"latency|time|(?:^|_)(?:id|at)$")


class Cassette:
    """
    The calls of a file. `take` gives the next answer to a question, `add` records one.

    ``notices`` say what is odd about the file. Reading and writing are blocking.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notices: list[str] = []
        self._calls: dict[bytes, list[Taped]] = {}
        self._taken: dict[bytes, int] = {}

    @property
    def media(self) -> Path:
        """The folder of its bytes."""
        return self.path.with_name(self.path.name + ".media")

    def __len__(self) -> int:
        return sum(map(len, self._calls.values()))

    # Replay.

    def load(self) -> None:
        """Read the file. Raises `SettingsError` that names the line of what is wrong with it."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except OSError as error:
            raise file_refused(self.path, error) from None
        for number, line in enumerate(lines, 1):
            if line.startswith(_CONFLICT):
                raise SettingsError(
                    tr(
                        "{path}, line {line}: a merge conflict is left in it.",
                        path=self.path,
                        line=number,
                    )
                )
        head = self._value(lines, 1)
        if head.get("sophnet_cassette") != VERSION:
            raise SettingsError(
                tr(
                    "{path} is no cassette of version {version}: record it anew, or update "
                    "sophnet_jupyter.",
                    path=self.path,
                    version=VERSION,
                )
            )
        last = len(lines) if lines[-1] else len(lines) - 1
        if (last - 1) % 3:
            raise SettingsError(
                tr("{path} is cut: after its head come three lines a call.", path=self.path)
            )
        for first in range(2, last + 1, 3):
            self._read(*(self._value(lines, first + more) for more in range(3)), line=first)
        for calls in self._calls.values():
            calls.sort(key=lambda call: call.asked.number)

    def _read(self, who: Any, request: Any, events: Any, *, line: int) -> None:
        try:
            asked = AskedCall(
                service=str(who["service"]),
                app=str(who.get("app", "")),
                resource=str(who["call"]),
                number=int(who.get("n", 0)),
                request=dict(request["request"]),
            )
            found = encoding.revived(events["events"], self._bytes)
        except (KeyError, TypeError, ValueError) as error:
            raise SettingsError(
                tr(
                    "{path}, line {line}: {error} is no call.",
                    path=self.path,
                    line=line,
                    error=error,
                )
            ) from None
        if who.get("key") != asked.key.hex():
            self.notices.append(
                tr(
                    "{path}, line {line}: the request was edited by hand.",
                    path=self.path,
                    line=line,
                )
            )
        taped = Taped(asked=asked, events=tuple(found))
        self._calls.setdefault(_same(asked), []).append(taped)

    def take(self, asked: AskedCall) -> Taped:
        """
        The next answer to a question; behind the last one they begin anew.

        Raises `SettingsError` for one that is not recorded, with the nearest that is.
        """
        name = _same(asked)
        calls = self._calls.get(name) or self._of_another_app(asked)
        if not calls:
            raise SettingsError(self._unknown(asked))
        name = _same(calls[0].asked)
        turn = self._taken.get(name, 0)
        self._taken[name] = turn + 1
        return calls[turn % len(calls)]

    def known(self, asked: AskedCall) -> bool:
        """Whether there is an answer to a question."""
        return bool(self._calls.get(_same(asked)) or self._of_another_app(asked))

    @property
    def unused(self) -> int:
        """How many recorded calls nobody has asked for."""
        return sum(
            max(0, len(calls) - self._taken.get(name, 0)) for name, calls in self._calls.items()
        )

    def _of_another_app(self, asked: AskedCall) -> list[Taped]:
        """Where one app was recorded, and this machine knows no key of any, it is that one."""
        apps = {
            calls[0].asked.app
            for calls in self._calls.values()
            if calls[0].asked.whose == asked.whose
        }
        return self._calls.get(_same(replace(asked, app=apps.pop())), []) if len(apps) == 1 else []

    def _unknown(self, asked: AskedCall) -> str:
        import difflib

        own = _readable(asked)
        others = [
            _readable(calls[0].asked)
            for calls in self._calls.values()
            if calls[0].asked.whose == asked.whose
        ]
        whose = {"path": self.path, "service": asked.service, "resource": asked.resource}
        if not others:
            return tr(
                "{path} has no answer to this {service} {resource} request, and none of that "
                "kind. %sophnet cassette refresh records it anew.",
                **whose,
            )
        nearest = max(others, key=lambda one: difflib.SequenceMatcher(None, one, own).quick_ratio())
        changes = difflib.unified_diff(
            lines(nearest), lines(own), tr("recorded"), tr("asked"), lineterm="", n=1
        )
        said = tr(
            "{path} has no answer to this {service} {resource} request. %sophnet cassette "
            "refresh records it anew. The nearest that is recorded:",
            **whose,
        )
        return "\n".join([said, *(line[:200] for line in list(changes)[:24])])

    def _value(self, lines: Sequence[bytes], number: int) -> Any:
        try:
            value = msgspec.json.decode(lines[number - 1].removeprefix(b"\xef\xbb\xbf"))
        except (IndexError, msgspec.DecodeError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise SettingsError(
                tr(
                    "{path}, line {line} is no JSON object: record it anew.",
                    path=self.path,
                    line=number,
                )
            )
        return value

    def _bytes(self, name: str) -> bytes:
        if not re.fullmatch("[0-9a-f]{64}", name):
            raise ValueError(tr("{name!r:.80} as a name of media", name=name))
        try:
            data = (self.media / name).read_bytes()
        except OSError:
            self.notices.append(
                tr("{path} is missing: that answer has no bytes.", path=self.media / name)
            )
            return b""
        if encoding.digest(data) != name:
            raise ValueError(tr("the content of {path}", path=self.media / name))
        return data


class CassetteRecorder:
    """
    Records calls to ``FILE.part``; `close` sorts them by key, and gives the file its name.

    Raises `SettingsError` where another process records the same file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.part = path.with_name(path.name + ".part")
        self._counts: dict[bytes, int] = {}
        self._lines: list[tuple[bytes, bytes]] = []
        self._media: set[str] = set()
        self._folder = path.with_name(path.name + ".media")
        self._open()

    def __len__(self) -> int:
        return len(self._lines)

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        mark = f"{platform.node()} {os.getpid()}\n".encode()
        for _ in range(2):
            try:
                create(self.part, mark)
            except FileExistsError:
                if self._is_recorded():
                    raise SettingsError(
                        tr(
                            "{path} is being recorded already: wait for its end, or delete {part}.",
                            path=self.path,
                            part=self.part,
                        )
                    ) from None
                self.part.unlink(missing_ok=True)
                continue
            except OSError as error:
                raise file_refused(self.part, error, "written") from None
            return

    def _is_recorded(self) -> bool:
        try:
            host, process = self.part.read_bytes().split(b"\n", 1)[0].decode().rsplit(" ", 1)
            return host != platform.node() or is_alive(int(process))
        except (OSError, ValueError):
            return False

    def add(self, asked: AskedCall, events: Iterable[Event]) -> None:
        """Record an answer. Blocking."""
        name = _same(asked)
        number = self._counts.get(name, 0)
        self._counts[name] = number + 1
        asked = replace(asked, number=number)
        media: dict[str, bytes] = {}
        plain = encoding.plain(settled(events), media)
        for digest, data in media.items():
            if not (self._folder / digest).exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                save_bytes(data, self._folder / digest)
            self._media.add(digest)
        clean = msgspec.json.decode(_clean(canonical(msgspec.json.decode(asked.canonical))))
        asked = replace(asked, request=clean)
        who = {
            "key": asked.key.hex(),
            "service": asked.service,
            "app": asked.app,
            "call": asked.resource,
            "n": number,
        }
        lines = [canonical(who), canonical({"request": clean}), canonical({"events": plain})]
        lines[2] = _clean(lines[2]).encode()
        block = b"".join(line + b"\n" for line in lines)
        self._lines.append((asked.key, block))
        append(self.part, block)

    def close(self) -> None:
        """Write the file, and delete media that no call names. Raises `SettingsError`."""
        head = canonical({"sophnet_cassette": VERSION}) + b"\n"
        save_bytes(head + b"".join(block for _, block in sorted(self._lines)), self.path)
        self.part.unlink(missing_ok=True)
        if self._folder.is_dir():
            for file in self._folder.iterdir():
                if file.name not in self._media and re.fullmatch("[0-9a-f]{64}", file.name):
                    file.unlink(missing_ok=True)

    def give_up(self) -> None:
        """Leave the file as it was."""
        self.part.unlink(missing_ok=True)


def settled(events: Iterable[Event]) -> list[Event]:
    """The events folded, without what differs each time: clocks, ids, addresses of this machine."""
    calls: dict[str, str] = {}

    def named(call_id: str) -> str:
        return calls.setdefault(call_id, f"call_{len(calls) + 1}") if call_id else ""

    found: list[Event] = []
    for event in encoding.folded(events):
        match event:
            case Progress() | Replayed():
                continue
            case Started():
                found.append(changed(event, request_id="", created=None))
            case Metadata(values=values):
                found.append(Metadata(values=_timeless(values)))
            case ToolCallDelta():
                found.append(changed(event, id=named(event.id)))
            case ToolResult():
                found.append(changed(event, id=named(event.id), seconds=0.0))
            case ImageReady(image=image):
                url = "" if image.data else image.url
                found.append(ImageReady(image=changed(image, task_id="", url=url)))
            case VideoReady(video=video):
                url = "" if video.data else video.url
                found.append(VideoReady(video=changed(video, task_id="", url=url)))
            case Transcribed(recording=recording):
                plain = changed(recording, task_id="", place="")
                found.append(Transcribed(recording=plain))
            case _:
                found.append(event)
    return found


def _same(asked: AskedCall) -> bytes:
    return replace(asked, number=0).key


def _readable(asked: AskedCall) -> str:
    plain = msgspec.json.decode(asked.canonical)
    return msgspec.json.format(canonical(plain), indent=2).decode()[:20_000]


def _clean(line: bytes) -> str:
    """A line without keys, and without what would let its reader fetch something."""
    return _BEARER.sub(f"Bearer {HIDDEN}", without_signatures(scrub(line.decode())))


def _timeless(value: Any) -> Any:
    """A service's facts without durations, clocks and ids, which differ between equal answers."""
    if isinstance(value, list):
        return [_timeless(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _timeless(one) for name, one in value.items() if not _MOVES.search(name)}
