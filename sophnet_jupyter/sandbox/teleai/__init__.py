"""TeleAI's endpoint, below its real root, and the sandbox's own way to give it workbooks."""

from __future__ import annotations

from starlette.routing import Mount, Route

from ..switches.options import Options
from .excel import Excel

ROOT = "/aipaas"
APP_ID = "sandbox"


def mount(options: Options) -> list[Mount | Route]:
    """What TeleAI serves, and ``/sandbox/workbooks``, which is nothing of TeleAI's."""
    excel = Excel(options, app_id=APP_ID)
    return [
        Mount(ROOT, routes=[Route("/lm/v1/excel/generate", excel.generate, methods=["POST"])]),
        Route("/sandbox/workbooks", excel.put, methods=["POST"]),
    ]
