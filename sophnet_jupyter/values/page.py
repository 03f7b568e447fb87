"""The content of one image or document."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from ..language import tr

# The parts of a text are looked for when somebody asks for them, and not loaded for a chat.
if TYPE_CHECKING:
    from pandas import DataFrame

    from .html_table import Row
    from .markdown import Heading


class Box(NamedTuple):
    """The position of a block: pixels from the left and from the top of the image."""

    left: int
    top: int
    right: int
    bottom: int


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """
    A piece of a page. ``label`` is the model's word for it: ``text``, ``title``, ``table``, ….

    ``text`` may be Markdown or HTML, as the model wrote it. ``box`` is None where it said no place.
    """

    label: str = ""
    text: str = ""
    box: Box | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """
    One image or document that was read.

    ``name`` is the file's, ``text`` its Markdown. A picture has ``blocks``; ``image`` are the bytes
    that were sent, upright and of the ``size`` (width, height) in pixels to which boxes refer.
    """

    name: str = ""
    text: str = ""
    blocks: tuple[Block, ...] = ()
    image: bytes = b""
    mime: str = ""
    size: tuple[int, int] = (0, 0)

    @property
    def outline(self) -> list[Heading]:
        """The headings, in order."""
        return headings(self.text)

    @property
    def tables(self) -> list[DataFrame]:
        """The tables as DataFrames. Raises `SettingsError` without pandas."""
        return frames(self.text)

    def __repr__(self) -> str:
        blocks = f" · {len(self.blocks)} blocks" if self.blocks else ""
        return f"<Page {self.name!r} · {len(self.text):,} characters{blocks}>"


def headings(text: str) -> list[Heading]:
    """The headings of a text, in order."""
    from .markdown import outline

    return outline(text)


def frames(text: str) -> list[DataFrame]:
    """The tables of a text as DataFrames. Raises `SettingsError` without pandas."""
    from .markdown import table_rows

    return [frame(rows) for rows in table_rows(text)]


def frame(rows: list[Row]) -> DataFrame:
    """Rows of words as a DataFrame; a column in which every word is a number has numbers."""
    from ..errors import SettingsError

    try:
        import pandas as pd
    except ImportError:
        raise SettingsError(tr("Tables as DataFrames need pandas: pip install pandas.")) from None

    from .markdown import unique
    from .numbers import numbers

    head, *body = rows
    names = unique(head)
    columns = zip(*body, strict=True) if body else [[] for _ in names]
    # Column by column, so that whole numbers stay whole beside others.
    made = pd.DataFrame({place: numbers(list(column)) for place, column in enumerate(columns)})
    made.columns = pd.Index(names)
    return made
