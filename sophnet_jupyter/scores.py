"""Scores for ``client.chat.evaluate``: ``from sophnet_jupyter.scores import exact, judge``."""

from __future__ import annotations

from .runs.scores import exact, field, fits, function, judge, prefer, regex, similar

__all__ = ["exact", "field", "fits", "function", "judge", "prefer", "regex", "similar"]
