"""An exploration as a picture, and its parts for whoever draws it."""

from __future__ import annotations

from pathlib import Path

from ...errors import SettingsError
from ...files.saving import save_bytes
from .growing import MoreRows


class Drawing(MoreRows):
    """Pictures."""

    def to_png(
        self,
        path: str | Path | None = None,
        *,
        width: int = 900,
        dark: bool = False,
        scale: int = 2,
        labels: bool = True,
    ) -> bytes:
        """
        The map as PNG, written to ``path`` too where one is given.

        ``scale`` 2 is for screens of high density. A label that no font here has letters for is
        left out, and `notices` says so: `to_svg` has it. Raises `SettingsError` before there is a
        map.
        """
        from ..export.png import png
        from ..export.scene import scene

        self._check_map()
        data, missing = png(scene(self, width=width, labels=labels), dark=dark, scale=scale)
        if missing:
            said = f"No font here has the letters of {missing[0]!r}: to_svg keeps such labels."
            if said not in self._notices:
                self._notice(said)
        if path is not None:
            save_bytes(data, Path(path).expanduser())
        return data

    def to_svg(
        self, path: str | Path | None = None, *, width: int = 900, dark: bool = False
    ) -> str:
        """The map as SVG, its labels as text. Raises `SettingsError` before there is a map."""
        from ..export.scene import scene
        from ..export.svg import svg

        self._check_map()
        text = svg(scene(self, width=width), dark=dark)
        if path is not None:
            save_bytes(text.encode(), Path(path).expanduser())
        return text

    def thumbnail(self, row: int) -> bytes:
        """The image of a row as a small PNG; empty where it has none."""
        return self._thumbnails.get(row, b"")

    def _check_map(self) -> None:
        if self._points[~(self._points != self._points)].size == 0:
            raise SettingsError("There is no map yet: await exploration first.")
