"""Pages beside their text, on which the two point at each other."""

from __future__ import annotations

from typing import Any

from ...response import Response
from ...views.answer import Context, answer
from ..panel.panel import Panel
from .facts import facts, seen


class PageReader(Panel):
    """
    Shows the pages of a response: pointing at a box marks its text, and a click copies it.

    What `Client.ocr` returns is shown so by ``%ocr``; any other response with pages can be too.
    """

    file = "reader"

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response
        self._seen = [seen(page) if page.image else b"" for page in response.pages]

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        pages = [facts(page) for page in self.response.pages]
        return {"pages": pages, "closing": answer.closing(self.response, Context())}, self._seen

    def still(self) -> tuple[str, str]:
        drawn = answer.bundle(self.response)
        return drawn["text/html"], drawn["text/plain"]
