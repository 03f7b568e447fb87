"""An app's appearance, sanitised: its author is not trusted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...language import tr
from ...views.safe.control_characters import plain
from ...views.safe.links import web_link
from ...views.safe.look import clipped, one_line

_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
# An emoji of a family with skins has eleven characters; a word is none.
_LONGEST_ICON = 12
_LONGEST_LINE = 120
_LONGEST_TEXT = 2000


def look(info: Mapping[str, Any], site: Mapping[str, Any]) -> dict[str, Any]:
    """
    Title, icon, colours and small print of an app, from its ``/info`` and ``/site``.

    Words are plain text, colours plain hex or empty, and the one link is one that may be
    followed, with the host it leads to. An icon that is an image is not fetched: the first letter
    of the title stands in its place.
    """
    title = _line(site.get("title")) or _line(info.get("name")) or tr("Dify app")
    privacy = str(site.get("privacy_policy") or "").strip()
    link = web_link(privacy) if privacy else None
    return {
        "title": title,
        "icon": _emoji(site) or title[:1].upper(),
        "ground": _colour(site.get("icon_background")),
        "accent": _colour(site.get("chat_color_theme")),
        "description": _text(site.get("description") or info.get("description")),
        "disclaimer": _text(site.get("custom_disclaimer")),
        "copyright": _line(site.get("copyright")),
        "privacy": {"href": link[0], "host": link[1]} if link else None,
        # Some write the policy itself in place of its address.
        "policy": "" if link else _text(privacy),
    }


def _emoji(site: Mapping[str, Any]) -> str:
    icon = _line(site.get("icon"))
    shown = site.get("icon_type") in ("emoji", None) and len(icon) <= _LONGEST_ICON
    return icon if shown and not re.search(r"[\w/:<>]", icon) else ""


def _colour(value: object) -> str:
    return value if isinstance(value, str) and _COLOUR.fullmatch(value) else ""


def _line(value: object) -> str:
    return clipped(one_line(plain(str(value or ""))), _LONGEST_LINE).strip()


def _text(value: object) -> str:
    return clipped(plain(str(value or "")), _LONGEST_TEXT).strip()
