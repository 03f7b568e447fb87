"""What the frame of each panel takes: its height, its layout, and who answers."""

from __future__ import annotations

import re
from typing import Any

from ipywidgets import Layout
from traitlets import TraitError

from ...errors import SettingsError
from ...language import tr

Height = str | int
"""A number of pixels, or a length of CSS such as ``"30em"``; empty for the panel's own."""

# Shown behind the docstring of each panel that takes them.
WORDS = (
    "``height`` is a number of pixels or a length such as ``'30em'``, at which it stays; a reader "
    "may drag its lower edge. ``layout`` is that of any widget of ipywidgets."
)
_LENGTH = re.compile(r"\d{1,4}(\.\d{1,3})?(px|em|rem|vh|%)")


def height_of(height: Height) -> str:
    """The height as CSS. Raises `SettingsError` for what is none."""
    said = f"{height}px" if isinstance(height, int) and not isinstance(height, bool) else height
    if said == "" or (isinstance(said, str) and _LENGTH.fullmatch(said)):
        return said
    raise SettingsError(
        tr("The height of a panel is a number of pixels, or a length such as '30em' or '60vh'.")
    )


def layout_of(layout: Any) -> dict[str, Any]:
    """The layout as a keyword of a widget, where one was given. Raises `SettingsError`."""
    if layout is None:
        return {}
    if isinstance(layout, Layout):
        return {"layout": layout}
    try:
        return {"layout": Layout(**layout)}
    except (TypeError, TraitError):
        raise SettingsError(
            tr(
                "The layout of a panel is an ipywidgets.Layout, or a dict such as {'width': "
                "'30em'}."
            )
        ) from None


def from_sandbox(client: Any) -> bool:
    """Whether a client, or an app or resource of one, asks the sandbox, as far as it says so."""
    # A client has settings, TeleAI's has an account, and an app says so itself.
    parts = [client, getattr(client, "settings", None), getattr(client, "account", None)]
    return any(getattr(each, "sandbox", None) is True for each in parts)
