"""TeleAI's endpoint, below its real root, and the sandbox's own way to give it workbooks."""

from __future__ import annotations

from starlette.routing import Mount, Route

from ..switches.options import Options
from .excel import Excel

ROOT = "/aipaas"
APP_ID = "sandbox"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def mount(options: Options) -> list[Mount | Route]:
    """What TeleAI serves, and ``/sandbox/workbooks``, which is nothing of TeleAI's."""
    excel = Excel(options, app_id=APP_ID)
    generate = Route("/lm/v1/excel/generate", excel.generate, methods=["POST"])
    # All else below its root, other methods too, is refused in its own form.
    nowhere = Route("/{path:path}", excel.nowhere, methods=METHODS)
    return [
        Mount(ROOT, routes=[generate, nowhere]),
        Route("/sandbox/workbooks", excel.put, methods=["POST"]),
    ]
