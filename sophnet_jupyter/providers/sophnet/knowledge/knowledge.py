"""
The knowledge of a custom model: its files, and its questions and answers.

See docs/services/sophnet.md#knowledge.
"""

from __future__ import annotations

from functools import cached_property

from ....errors import SettingsError
from ....language import tr
from ....options.words import checks_keywords
from ....wire.call import segment
from ....wire.files.download import Downloader
from ....wire.wire import Wire
from ... import arguments
from .files import KnowledgeFiles
from .pairs import QaTable

MODEL = "custom:"


@checks_keywords("knowledge")
class Knowledge:
    """The knowledge of one custom model, which a chat uses as `model`."""

    def __init__(self, wire: Wire, downloads: Downloader, *, service_id: str) -> None:
        self.service_id = check_service(service_id)
        self._wire = wire
        self._downloads = downloads
        self._path = f"/service/{segment(self.service_id)}/kn"

    def __repr__(self) -> str:
        return f"<Knowledge {self.service_id}>"

    @property
    def model(self) -> str:
        """The model name for a chat: ``client.chat.create(…, model=…)``."""
        return MODEL + self.service_id

    @cached_property
    def files(self) -> KnowledgeFiles:
        """Documents, which the service splits into passages and searches."""
        return KnowledgeFiles(self._wire, self._downloads, path=self._path)

    @cached_property
    def qa(self) -> QaTable:
        """Questions with the answers that the model is to give."""
        return QaTable(self._wire, path=self._path)


def check_service(service_id: str) -> str:
    """The id of a service, also where its model was named. Raises `SettingsError`."""
    name = arguments.text("service_id", service_id).removeprefix(MODEL)
    if not name or name != name.strip() or any(c.isspace() or c in "/?#" for c in name):
        raise SettingsError(
            tr(
                "{service_id!r} is no service id: copy that of the custom model from the console.",
                service_id=service_id,
            )
        )
    return name
