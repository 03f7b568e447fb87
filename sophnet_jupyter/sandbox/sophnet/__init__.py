"""SophNet's endpoints, below its real root; one module for each service."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.routing import Mount

from ..options import Options
from ..results import Results
from . import chat, documents, models, references
from .door import Door
from .images import Images

ROOT = "/api/open-apis"


def mount(options: Options, results: Results) -> Mount:
    """Everything SophNet serves; a key is asked for before a path is looked up."""
    return Mount(
        ROOT,
        routes=[
            *chat.routes(options),
            *models.routes(options),
            *references.routes(),
            *Images(options, results).routes(),
            *documents.routes(),
        ],
        middleware=[Middleware(Door, key=options.api_key)],
    )
