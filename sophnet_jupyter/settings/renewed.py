"""
Keys that a file holds or a program prints, and that may be others later.

``SOPHNET_API_KEY_FILE`` names a file, ``SOPHNET_API_KEY_COMMAND`` a program with its arguments; the
same with each other variable of a key. What they give is the key alone, or a JSON object with
``api_key`` and, in seconds, ``expires_in`` or ``expires_at``. It is asked for on first use, again
when the file changes, when its life is over, and when the service refuses it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, Protocol

from ..errors import SettingsError, why
from ..language import tr
from .addresses import checked_key
from .secret import Secret

FILE, COMMAND = "_FILE", "_COMMAND"
# Seconds that a program may take, and bytes that its words may have.
PATIENCE, LONGEST = 30.0, 65_536
# A key is asked for anew so many seconds before its end, as clocks differ.
EARLY = 10.0
_NAMES = ("api_key", "key", "token", "access_token", "app_key")
_WORDS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL", "AUTHORIZATION")
_OURS = ("SOPHNET_", "DIFY_", "TELEAI_")


class KeyOf(NamedTuple):
    """A key of the environment, and the variable that it comes by."""

    secret: Secret
    setting: str


def key_of(environ: Mapping[str, str], variable: str) -> KeyOf | None:
    """
    The key of a variable, or of the file or the program that it has beside it; None for none.

    Nothing is read or run before the key is needed. Raises `SettingsError`.
    """
    if value := environ.get(variable, "").strip():
        return KeyOf(checked_key(value), variable)
    for ending in (FILE, COMMAND):
        if said := environ.get(variable + ending, "").strip():
            return KeyOf(_shared(variable + ending, said), variable + ending)
    return None


def has_key(environ: Mapping[str, str], variable: str) -> bool:
    """Whether a variable, or one of the two beside it, gives a key."""
    return any(environ.get(variable + ending, "").strip() for ending in ("", FILE, COMMAND))


class _Given(NamedTuple):
    """A key, when its life is over (seconds since the epoch; None where nobody says), and of what
    it was read."""

    value: Secret
    ends: float | None
    stamp: object = None


class _Source(Protocol):
    def stamp(self) -> object: ...
    def read(self) -> _Given: ...


class RenewedSecret(Secret):
    """A key that is read when it is needed, and again when it is another one. From any thread."""

    __slots__ = ("_ends", "_generation", "_past", "_renewing", "_source", "_stamp", "_where")

    def __init__(self, source: _Source, where: str) -> None:
        super().__init__("")
        self._source = source
        self._where = where
        self._generation = 0
        self._ends: float | None = None
        self._stamp: object = None
        # What it was, so that an echo of an older one is not shown either.
        self._past: deque[Secret] = deque(maxlen=8)
        self._renewing = Lock()

    def __bool__(self) -> bool:
        return True

    @property
    def mark(self) -> str:
        """Of where it comes from, so that it stays the same while the key changes."""
        return Secret(self._where).mark

    def reveal(self) -> str:
        """The key as it was read last. Blocking where it was not read yet."""
        if not self._generation:
            self.current()
        return self._value

    def current(self) -> int:
        """
        See that the key is the one of now, and return which in turn that is. Blocking.

        Raises `SettingsError` where there is none to be had.
        """
        with self._renewing:
            if not self._generation:
                self._read()
            elif self._over() or self._changed():
                # A file that is just being replaced: the key that is known may still do.
                with contextlib.suppress(SettingsError):
                    self._read()
            return self._generation

    def renewed(self, since: int) -> bool:
        """Whether there is another key than the one of that turn, which was refused. Blocking."""
        with self._renewing:
            if self._generation == since:
                with contextlib.suppress(SettingsError):
                    self._read()
            return self._generation != since

    def scrub(self, text: str) -> str:
        for each in self._past:
            text = each.scrub(text)
        return text

    def _over(self) -> bool:
        return self._ends is not None and time.time() > self._ends - EARLY

    def _changed(self) -> bool:
        stamp = self._source.stamp()
        return stamp is not None and stamp != self._stamp

    def _read(self) -> None:
        given = self._source.read()
        self._ends, self._stamp = given.ends, given.stamp
        if given.value.reveal() != self._value:
            self._past.append(given.value)
            self._value = given.value.reveal()
            self._generation += 1


class _KeyFile:
    def __init__(self, variable: str, path: str) -> None:
        self._variable = variable
        self._path = Path(path).expanduser()

    def stamp(self) -> object:
        try:
            status = self._path.stat()
        except (OSError, ValueError):
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def read(self) -> _Given:
        stamp = self.stamp()
        try:
            with self._path.open("rb") as file:
                text = file.read(LONGEST)
        except (OSError, ValueError) as error:
            raise SettingsError(
                tr(
                    "{variable} names {path}, which cannot be read: {why}.",
                    variable=self._variable,
                    path=self._path,
                    why=why(error),
                )
            ) from None
        return _given(text, self._variable, stamp)


class _KeyCommand:
    def __init__(self, variable: str, command: str) -> None:
        self._variable = variable
        try:
            self._words = shlex.split(command, posix=sys.platform != "win32")
        except ValueError:
            self._words = []
        if not self._words:
            raise SettingsError(
                tr(
                    "{variable} is a program with its arguments, without a shell around it.",
                    variable=variable,
                )
            )

    def stamp(self) -> object:
        return None

    def read(self) -> _Given:
        said = ""
        try:
            done = subprocess.run(  # noqa: S603 - what the user or the site has set
                self._words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                # What it says may hold the key, and would end in a log.
                stderr=subprocess.DEVNULL,
                timeout=PATIENCE,
                check=False,
                env=_without_keys(),
                # An interrupt of a cell goes to the whole group of the kernel.
                start_new_session=os.name == "posix",
            )
            if done.returncode == 0 and done.stdout.strip():
                return _given(done.stdout[:LONGEST], self._variable)
            said = tr("ended with status {returncode} and gave no key", returncode=done.returncode)
        except subprocess.TimeoutExpired:
            said = tr("gave no key within {patience:g} s", patience=PATIENCE)
        except (OSError, ValueError) as error:
            said = tr("cannot be run: {why}", why=why(error))
        # Outside, since the error of a process holds what it has said.
        raise SettingsError(
            tr(
                "The program of {variable} {said}. Try it in a terminal.",
                variable=self._variable,
                said=said,
            )
        )


@cache
def _shared(variable: str, said: str) -> RenewedSecret:
    """One for all clients of this process, so that a program is not run for each."""
    kind = _KeyFile if variable.endswith(FILE) else _KeyCommand
    return RenewedSecret(kind(variable, said), f"{variable}={said}")


def _given(text: bytes, variable: str, stamp: object = None) -> _Given:
    said = text.decode("utf-8-sig", "replace").strip()
    ends = None
    if said.startswith("{"):
        try:
            found = json.loads(said)
        except (ValueError, RecursionError):
            found = {}
        ends = _end(found)
        said = next((str(found[name]) for name in _NAMES if found.get(name)), "")
    if not said:
        raise SettingsError(
            tr(
                "{variable} gives no key: it is to be the key alone, or JSON with api_key and "
                "expires_in (seconds).",
                variable=variable,
            )
        )
    return _Given(checked_key(said), ends, stamp)


def _end(found: Mapping[str, Any]) -> float | None:
    """When a key ends, in seconds since the epoch; None where nobody says it."""
    lasts, ends = found.get("expires_in"), found.get("expires_at")
    try:
        if lasts is not None:
            return time.time() + float(lasts)
        if isinstance(ends, str) and not ends.replace(".", "", 1).isdigit():
            return datetime.fromisoformat(ends).timestamp()
        return None if ends is None else float(ends)
    except (TypeError, ValueError):
        return None


def _without_keys() -> dict[str, str]:
    """Our environment for a program, without any key of the services."""
    return {
        name: value
        for name, value in os.environ.items()
        if not (name.upper().startswith(_OURS) and any(word in name.upper() for word in _WORDS))
    }
