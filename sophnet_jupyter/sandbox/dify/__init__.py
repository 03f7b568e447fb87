"""Dify's text-generation app, below its real root; one module for each family of calls."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.routing import Mount

from ..switches.options import Options
from . import about, annotation, completion, feedback, files, voice
from .door import Door
from .shelf import Shelf

ROOT = "/v1"


def mount(options: Options) -> Mount:
    """Everything that one app serves; its key is asked for before a path is looked up."""
    shelf = Shelf()
    return Mount(
        ROOT,
        routes=[
            *completion.routes(options, shelf),
            *files.routes(shelf),
            *feedback.routes(shelf),
            *voice.routes(shelf),
            *annotation.routes(options, shelf),
            *about.routes(),
        ],
        middleware=[Middleware(Door, key=options.api_key)],
    )
