"""A table of texts or images as a map: what is in it, what is near, what does not belong."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ..errors import SettingsError
from . import looks
from .session.centering import Centering


class Exploration(Centering):
    """
    Rows embedded, placed on a map, grouped and searched; made by `client.explore`.

    Nothing is asked before it is shown, awaited or iterated. ``await exploration`` returns it when
    it is ready; ``async for event in exploration`` gives its events. A row that cannot be embedded
    stands in `missing`. Its functions may be called, and its awaitables awaited, on any thread and
    loop.
    """

    def __repr__(self) -> str:
        rows, missing = len(self), len(self._missing)
        without = f", {missing:,} without a vector" if missing else ""
        return f"<Exploration {rows:,} rows{without}, {self.state}>"

    def _ipython_display_(self) -> None:
        if not looks.show(self):
            # IPython goes on with the bundle.
            raise NotImplementedError

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        # Whoever shows it wants to see it: the work begins.
        with suppress(SettingsError):
            self.begin()
        return dict(looks.draw(self))

    def __enter__(self) -> Exploration:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
