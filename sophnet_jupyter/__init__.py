"""SophNet, Dify and TeleAI in Jupyter: one async client, cell magics and panels."""

from __future__ import annotations

from typing import Any

from .client import Client
from .errors import ServiceError, SettingsError, SophNetError, Stopped
from .response import Response

__all__ = [
    "Client",
    "Response",
    "ServiceError",
    "SettingsError",
    "SophNetError",
    "Stopped",
    "load_ipython_extension",
    "unload_ipython_extension",
]
__version__ = "0.1.0"


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext sophnet_jupyter``: add the magics to this shell."""
    from .magics.extension import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """``%unload_ext sophnet_jupyter``: take them away again."""
    from .magics.extension import unload

    unload(shell)


def _draw(response: Response, include: object = None, exclude: object = None) -> dict[str, Any]:
    from .views.answer import bundle

    return bundle(response)


# A response knows nothing of its looks; here, where all layers meet, it is given a view that is
# imported when one is first shown.
Response._repr_mimebundle_ = _draw  # type: ignore[attr-defined]
