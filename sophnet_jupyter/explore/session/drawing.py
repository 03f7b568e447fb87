"""An exploration as a picture, and its parts for whoever draws it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import SettingsError
from ...files.names import at_home
from ...files.saving import save_bytes
from ...language import tr
from ...options.arguments import number, whole
from .. import looks
from ..kernels.neighbors import neighbors
from .growing import MoreRows

# Pixels of a picture on a page, and how much finer it may be: what is larger is an SVG.
_WIDTHS, _SCALES = (50, 4000), 3


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
        times = whole("scale", number("scale", scale, 1, _SCALES)) or 1
        found = scene(self, width=_checked(width), labels=labels, dark=dark)
        data, missing = png(found, dark=dark, scale=times)
        if missing:
            said = tr(
                "No font here has the letters of {label!r}: to_svg keeps such labels.",
                label=missing[0],
            )
            if said not in self._notices:
                self._notice(said)
        if path is not None:
            save_bytes(data, at_home(path))
        return data

    def to_svg(
        self, path: str | Path | None = None, *, width: int = 900, dark: bool = False
    ) -> str:
        """The map as SVG, its labels as text. Raises `SettingsError` before there is a map."""
        from ..export.scene import scene
        from ..export.svg import svg

        self._check_map()
        text = svg(scene(self, width=_checked(width), dark=dark), dark=dark)
        if path is not None:
            save_bytes(text.encode(), at_home(path))
        return text

    def to_html(self, path: str | Path, *, include_text: bool = True, rows: Any = None) -> Path:
        """
        One file that pans, filters, selects and finds similar rows without a network.

        ``include_text=False`` leaves out all text, names and keys; ``rows="selected"``, or any rows
        as for `select`, writes these only. 10,000 rows take some 2 MB. Tags that are given in it
        come back by `read_tags`. Returns the path; its size is in `notices`. Raises
        `SettingsError`.
        """
        self._check_map()
        if rows is None:
            chosen = np.arange(len(self))
        else:
            chosen = self.positions(None if isinstance(rows, str) and rows == "selected" else rows)
        chosen = chosen[np.isfinite(self._points[chosen, 0])]
        if not len(chosen):
            raise SettingsError(tr("There is no row to write: select some, or leave rows out."))
        data = looks.page(self, chosen, include_text).encode()
        path = at_home(path)
        # Told before it is written: a large one may take its time on a slow disk.
        self._notice(
            tr(
                "{name}: {count:,} rows, {size:.1f} MB.",
                name=path.name,
                count=len(chosen),
                size=len(data) / 1e6,
            )
        )
        return save_bytes(data, path)

    def read_tags(self, path: str | Path) -> dict[str, int]:
        """
        Take the tags that were given in a page of `to_html`: its file ``tags.json``.

        Returns `tags`. Raises `SettingsError` for what is no such file, or of another map.
        """
        try:
            held = json.loads(at_home(path).read_text(encoding="utf-8"))
            tags = {int(row): str(tag) for row, tag in held["tags"].items()}
            same = held["map"] == self.fingerprint
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise SettingsError(tr("{path} holds no tags of a map.", path=path)) from None
        if not same or any(not 0 <= row < len(self) for row in tags):
            raise SettingsError(tr("{path} belongs to another map.", path=path))
        for tag in dict.fromkeys(tags.values()):
            rows = np.array([row for row, each in tags.items() if each == tag], np.int64)
            self._keep_column("tag", rows, tag)
        self._tell("tags")
        return self.tags

    @property
    def fingerprint(self) -> str:
        """What tells this map from another one."""
        return hashlib.sha256(self._points.tobytes()).hexdigest()[:16]

    def neighbors_among(self, rows: Any, k: int) -> Any:
        """The true neighbors of rows among themselves, by their place in ``rows``; -1 for none."""
        return neighbors(self._space[rows], k)[0]

    def thumbnail(self, row: int) -> bytes:
        """The image of a row as a small PNG; empty where it has none."""
        if row not in self._thumbnails and self.has_image(row):
            # Rows whose vectors were there already: nobody has looked at their images yet.
            try:
                small = self._service.image(self._inputs.images[row]).thumbnail
            except SettingsError:
                small = b""
            self._thumbnails[row] = small
        return self._thumbnails.get(row, b"")

    def has_image(self, row: int) -> bool:
        """Whether a row is an image."""
        return self._inputs.kinds[row] == "image"

    @property
    def image_positions(self) -> NDArray[np.int64]:
        """Where the rows stand that are images."""
        return np.flatnonzero(np.array([kind == "image" for kind in self._inputs.kinds], np.bool_))

    def _check_map(self) -> None:
        if self._points[~(self._points != self._points)].size == 0:
            raise SettingsError(tr("There is no map yet: await exploration first."))


def _checked(width: Any) -> int:
    """The width of a picture. Raises `SettingsError`."""
    found = whole("width", number("width", width, *_WIDTHS))
    return 900 if found is None else found
