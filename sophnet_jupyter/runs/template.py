"""A prompt with the columns of a table in it, as one question for each row."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import SettingsError, SophNetError, quoted
from ..files.kinds import sniff
from ..language import tr
from ..prompt.fill import Filled, fill
from ..prompt.images.objects import is_picture
from .rows import NOTHING, Item
from .tables import Record, Table

# The whole row, for columns whose names are no words: {row[Unit price]}.
ROW = "row"
# A cell of the table goes whole into its question: there a document is not there by accident.
LONGEST = 4_000_000
_NAME = re.compile(r"\{([^\W\d]\w*)")
_KEY = re.compile(rf"\{{{ROW}\[([^\[\]{{}}\n]+)\]")


class _Named(dict[str, Any]):
    """A row, whose columns may be called by a number too: ``{row[2024]}``."""

    def __missing__(self, name: object) -> Any:
        if isinstance(name, int):
            return self[str(name)]
        raise KeyError(name)


class Template:
    """
    A prompt to be filled once for each row.

    Columns go before ``names``, which are the variables of a notebook; `sources` says which was
    which. ``images`` is the name of a column of pictures, of several, or pictures for all rows.
    """

    def __init__(
        self, text: str, *, names: Mapping[str, Any] = NOTHING, images: object = None
    ) -> None:
        if not isinstance(text, str):
            raise SettingsError(
                tr("The prompt of a run is a text, not a {kind}.", kind=type(text).__name__)
            )
        if not text.strip():
            raise SettingsError(tr("The prompt is empty."))
        self.text = text
        self._names = names
        self._images = images
        # The text, with {Unit price} as {row["Unit price"]} where that is a column.
        self._ready: tuple[tuple[str, ...], str] = ((), text)

    def check(self, table: Table) -> None:
        """Raise `SettingsError` where a name of the prompt is no column."""
        if table.columns:
            self._refuse(self._filled(dict.fromkeys(table.columns), table, []), table)
        if doubled := [name for name in self.named(table) if name in table.twice]:
            raise SettingsError(
                tr(
                    "Several columns are called {name}: rename one, so that it is clear which "
                    "is meant.",
                    name=doubled[0],
                )
            )

    def named(self, table: Table) -> list[str]:
        """The columns that the prompt and its images name; all, where it takes the whole row."""
        text = self._text(table)
        found = {*_NAME.findall(text), *(key.strip(" \"'") for key in _KEY.findall(text))}
        wanted = self._images if isinstance(self._images, list | tuple) else [self._images]
        found |= {each for each in wanted if isinstance(each, str)}
        if f"{{{ROW}}}" in text:
            return list(table.columns)
        return [name for name in table.columns if name in found]

    def sources(self, table: Table) -> str:
        """What was read from where, in words: ``{review}: column · {style}: notebook``."""
        found = self._filled(dict.fromkeys(table.columns), table, [])
        names = dict.fromkeys(name for each in found.inserted for name in _NAME.findall(each))
        columns = [f"{{{name}}}" for name in names if name in table.columns or name == ROW]
        others = [f"{{{name}}}" for name in names if f"{{{name}}}" not in columns]
        said = [tr("{names} from the table", names=" ".join(columns))] if columns else []
        said += [tr("{names} from the notebook", names=" ".join(others))] if others else []
        return tr(", ").join(said)

    def items(self, table: Table, *, salt: str = "") -> Iterator[Item]:
        """A question for each row; ``salt`` makes their keys those of one way to ask."""
        for number, row in enumerate(table):
            yield self.item(number, row, table, salt=salt)

    def item(self, number: int, row: Record, table: Table, *, salt: str = "") -> Item:
        """The question of one row; one that cannot be made says so."""
        pictures: list[Any] = []
        try:
            whole = (
                row if len(row) == len(table.columns) else {**dict.fromkeys(table.columns), **row}
            )
            found = self._filled(whole, table, pictures)
            self._refuse(found, table)
            pictures += self._pictures(whole)
        except SophNetError as error:
            return Item(number=number, prompt="", columns=row, problem=str(error))
        options = {"images": pictures} if pictures else NOTHING
        problem = "" if found.text.strip() else tr("There is nothing to ask: the row is empty.")
        key = "" if pictures else _key(salt, found.text)
        return Item(
            number=number, prompt=found.text, key=key, options=options, columns=row, problem=problem
        )

    def _text(self, table: Table) -> str:
        columns = tuple(table.columns)
        if self._ready[0] != columns:
            text = self.text
            for name in columns:
                if not name.isidentifier() and not set(name) & set('[]{}"\n'):
                    text = text.replace(f"{{{name}}}", f'{{{ROW}["{name}"]}}')
            self._ready = columns, text
        return self._ready[1]

    def _filled(self, row: Record, table: Table, pictures: list[Any]) -> Filled:
        def attach(field: str, value: Any) -> tuple[str, str] | None:
            if not (is_picture(value) or _is_picture_file(value)):
                return None
            pictures.append(value)
            # The first goes to the model.
            return f"[image {len(pictures)}]", tr("an image")

        known = {name: "" if is_missing(value) else value for name, value in row.items()}
        names = {**self._names, ROW: _Named(known), **known}
        return fill(self._text(table), names, None, attach, longest=LONGEST, sized=False)

    def _refuse(self, found: Filled, table: Table) -> None:
        if not found.left:
            return
        facts = {
            "names": ", ".join(found.left),
            "table": table.name,
            "columns": quoted(", ".join(table.columns[:12])) or tr("none"),
        }
        if self._names:
            raise SettingsError(
                tr(
                    "The prompt names what is no column and no variable here: {names}. "
                    "The columns of {table}: {columns}.",
                    **facts,
                )
            )
        raise SettingsError(
            tr(
                "The prompt names what is no column here: {names}. "
                "The columns of {table}: {columns}.",
                **facts,
            )
        )

    def _pictures(self, row: Record) -> list[Any]:
        wanted = self._images
        if wanted is None:
            return []
        several = wanted if isinstance(wanted, list | tuple) else [wanted]
        found: list[Any] = []
        for each in several:
            value = row[each] if isinstance(each, str) and each in row else each
            if not is_missing(value):
                found += value if isinstance(value, list | tuple) else [value]
        return found


def is_missing(value: Any) -> bool:
    """True for None, NaN, and what pandas has for a value that is not there."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    # Only NaN is not itself; an array would say so for each of its elements.
    return isinstance(value, float) and value != value


def _is_picture_file(value: Any) -> bool:
    if not isinstance(value, bytes):
        return False
    media = sniff(value[:64])
    return bool(media and media.kind == "image")


def _key(salt: str, prompt: str) -> str:
    text = f"{salt}\0{prompt}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()
