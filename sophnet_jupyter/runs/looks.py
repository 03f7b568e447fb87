"""
How values of runs are drawn in a notebook: they know nothing of it, since views lie above them.

The package puts its own `draw` and `show` here, which import a view when a value is first shown.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import SettingsError
from ..language import tr


def _plainly(value: object) -> Mapping[str, str]:
    return {"text/plain": repr(value)}


def _no_page(report: Any) -> str:
    raise SettingsError(tr("Import sophnet_jupyter to have reports written as pages."))


draw: Callable[[Any], Mapping[str, str]] = _plainly
page: Callable[[Any], str] = _no_page
"""A `Report` as one page of HTML."""


def _printed(value: object) -> None:
    sys.stdout.write(f"{value!r}\n")


show: Callable[[Any], None] = _printed


def _unseen(value: Any) -> tuple[Callable[[], object], Callable[[], object]]:
    return (lambda: None), (lambda: None)


follow: Callable[[Any], tuple[Callable[[], object], Callable[[], object]]] = _unseen
"""Show a value that changes in this cell: what draws it anew, and what ends that."""


class Drawn:
    """A value that a notebook shows as `draw` says."""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return dict(draw(self))

    def show(self) -> None:
        """Show it here and now; what has a panel, in its panel."""
        show(self)
