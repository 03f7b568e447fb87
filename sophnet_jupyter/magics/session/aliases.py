"""
Short names for models, stored per user beside the profiles.

``aliases.json`` holds no secret. It is read for each magic, so that what one kernel names the
others know.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from ...errors import SettingsError, file_refused
from ...files.saving import save_private
from ...language import tr

_NAME = re.compile(r"[\w.-]{1,32}")


class Aliases:
    """One user's short names. All methods but `known` raise `SettingsError`."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder and folder / "aliases.json"
        self.known: Mapping[str, str] = {}
        """As last read: for completion, which must not wait for a disk."""

    def read(self) -> Mapping[str, str]:
        """The model of each short name, sorted by name."""
        self.known = dict(sorted(self._entries().items()))
        return self.known

    def real(self, name: str) -> str:
        """The model that a short name stands for; any other name unchanged."""
        return self.read().get(name, name)

    def add(self, name: str, model: str) -> str:
        """Let ``name`` stand for a model, or for what another short name stands for."""
        if not _NAME.fullmatch(name) or name.startswith("-"):
            raise SettingsError(
                tr("A model's short name is letters, digits, . - and _, at most 32 of them.")
            )
        entries = self._entries()
        entries[name] = entries.get(model, model)
        self._write(entries)
        return entries[name]

    def remove(self, name: str) -> bool:
        """Forget a short name; False if there was none."""
        entries = self._entries()
        if entries.pop(name, None) is None:
            return False
        self._write(entries)
        return True

    def _entries(self) -> dict[str, str]:
        if self._path is None:
            return {}
        try:
            content = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise file_refused(self._path, error) from None
        except (ValueError, RecursionError):
            content = None
        entries = content.get("aliases") if isinstance(content, dict) else None
        if not isinstance(entries, dict) or not all(map(_is_line, entries.values())):
            raise SettingsError(
                tr("{path} is not as %sophnet alias left it: mend or remove it.", path=self._path)
            )
        return entries

    def _write(self, entries: Mapping[str, str]) -> None:
        if self._path is None:
            raise SettingsError(tr("There is no home folder to keep a short name in."))
        text = json.dumps({"aliases": entries}, indent=2, ensure_ascii=False)
        try:
            # Profiles will want the folder for this user alone.
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            save_private(text.encode(), self._path)
        except OSError as error:
            raise file_refused(self._path, error, "written") from None
        self.known = dict(sorted(entries.items()))


def _is_line(model: object) -> bool:
    return isinstance(model, str) and model.isprintable() and bool(model)
