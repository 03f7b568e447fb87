"""SophNet's endpoints, below its real root; one module for each service."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.routing import Mount

from ..options import Options
from . import chat, models, references
from .door import Door

ROOT = "/api/open-apis"


def mount(options: Options) -> Mount:
    """Everything SophNet serves; a key is asked for before a path is looked up."""
    return Mount(
        ROOT,
        routes=[*chat.routes(options), *models.routes(options), *references.routes()],
        middleware=[Middleware(Door, key=options.api_key)],
    )
