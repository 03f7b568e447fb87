"""Files for a run of an app: dropped in the browser, or given as a URL."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ...errors import SettingsError
from ...files.names import is_address
from ...language import tr
from ...views.safe.look import one_line
from ..uploads.uploads import Upload


@dataclass(eq=False, kw_only=True)
class Held:
    """A file for the run: from the browser, which is uploaded once, or a URL."""

    purpose: str
    name: str
    upload: Upload | None = None
    url: str = ""
    sent: Any = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)


class HeldFiles:
    """
    The files of one panel, by the form field they belong to: their ``purpose``.

    ``app`` is the Dify app, ``tell`` speaks to the views. For the loop's thread.
    """

    def __init__(self, app: Any, tell: Callable[..., None]) -> None:
        self._app = app
        self._tell = tell
        self._held: dict[str, Held] = {}

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The files as JSON for a view; ``sent`` are those that a run has used."""
        return [
            {
                "id": held.id,
                "purpose": held.purpose,
                "name": one_line(held.name),
                "sent": held.sent is not None,
            }
            for held in self._held.values()
        ]

    def of(self, purpose: str) -> list[Held]:
        """The files of one field; those beside the inputs have no purpose."""
        return [held for held in self._held.values() if held.purpose == purpose]

    def sent(self, key: str) -> Held:
        """A file that a run has used. Raises `SettingsError`."""
        held = self._held.get(key)
        if held is None or held.sent is None:
            raise SettingsError(
                tr("Run the app first: a file is shown once an answer has used it.")
            )
        return held

    def receive(self, upload: Upload) -> None:
        """Add a file from the browser. Raises `SettingsError` for one that the app would refuse."""
        purpose = upload.purpose
        beside = [held.name for held in self.of(purpose)]
        self._app.check_file(upload.name, upload.size, beside=beside, variable=purpose)
        self._hold(Held(purpose=purpose, name=upload.name, upload=upload))

    def link(self, purpose: str, url: str) -> None:
        """Add a URL, which the service will fetch. Raises `SettingsError`."""
        if not is_address(url):
            raise SettingsError(tr("An address begins with https:// or http://."))
        self._hold(Held(purpose=purpose, name=url, url=url))

    def drop(self, key: str) -> None:
        """Remove a file."""
        self._held.pop(key, None)
        self._tell("files", files=self.shown)

    async def named(self, given: Any) -> Any:
        """The value of an input as the app expects it: files are uploaded, but each only once."""
        if isinstance(given, list) and all(isinstance(item, Held) for item in given):
            return [await self._named(held) for held in given]
        return given

    async def _named(self, held: Held) -> Any:
        if held.upload is None:
            return held.url
        if held.sent is None:
            held.sent = await self._app.upload(held.upload.content, name=held.upload.name)
        return held.sent

    def _hold(self, held: Held) -> None:
        self._held[held.id] = held
        self._tell("files", files=self.shown)


def in_words(inputs: dict[str, Any], files: list[Held]) -> str:
    """What was asked, as one reads it: a lone query as it is, several inputs by their names."""
    told = {name: _told(each) for name, each in inputs.items()}
    if files:
        told["files"] = _told(files)
    if list(told) == ["query"]:
        return told["query"]
    return "\n".join(f"{name}: {text}" for name, text in told.items())


def _told(each: Any) -> str:
    items = each if isinstance(each, list) else [each]
    return ", ".join(item.name if isinstance(item, Held) else str(item) for item in items)
