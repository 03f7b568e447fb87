"""What is evaluated: columns of prompts and models, and a question for each row of a table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ...errors import SettingsError, SophNetError, quoted
from ...language import tr
from ..file_template import FileTemplate
from ..rows import NOTHING, Item
from ..run import Run
from ..tables import Record, Table
from ..template import Template

# What is held in memory, with all its answers, and scored in a few seconds.
MOST_ROWS = 100_000
MOST_COLUMNS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedColumn:
    """
    One prompt with one model: what is compared.

    ``prompt`` is its name, empty where there is only one; ``text`` what it says, ``version`` the
    SHA-256 of that. ``source`` is the prompt file, where it is one. ``options`` are its own.
    """

    number: int = 0
    prompt: str = ""
    model: str = ""
    text: str = ""
    version: str = ""
    source: Any = field(default=None, compare=False, repr=False)
    options: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    several_prompts: bool = True
    several_models: bool = False

    @property
    def label(self) -> str:
        """What tells it apart, in words."""
        said = [self.prompt] if self.several_prompts or not self.several_models else []
        said += [self.model] if self.several_models else []
        return " · ".join(filter(None, said)) or self.model


def columns(prompts: object, models: Iterable[str]) -> list[EvaluatedColumn]:
    """
    Every prompt with every model.

    ``prompts`` is a text or a prompt file, several by name, or a list of files. Without ``models``
    a file's own is taken, else none is named. Raises `SettingsError`.
    """
    named = _named(prompts)
    listed = list(dict.fromkeys(models)) or [""]
    if (count := len(named) * len(listed)) > MOST_COLUMNS:
        raise SettingsError(
            tr("{count} prompts and models are more than {most}.", count=count, most=MOST_COLUMNS)
        )
    found: list[EvaluatedColumn] = []
    for name, source in named.items():
        own = dict(getattr(source, "options", {})) if is_file(source) else {}
        for model in listed:
            found.append(
                EvaluatedColumn(
                    number=len(found),
                    prompt=name,
                    model=model or str(own.get("model") or ""),
                    text=source.text if is_file(source) else source,
                    version=source.version if is_file(source) else _hash(source),
                    source=source,
                    options={key: value for key, value in own.items() if key != "model"},
                    several_prompts=len(named) > 1,
                    several_models=len(listed) > 1,
                )
            )
    return found


def is_file(prompt: object) -> bool:
    """Whether it is a prompt file, which brings its own words and options."""
    return bool(getattr(type(prompt), "brings_words", False))


def _named(prompts: object) -> dict[str, Any]:
    if isinstance(prompts, str) or is_file(prompts):
        name = getattr(prompts, "name", "") if is_file(prompts) else ""
        found: dict[str, Any] = {name or "prompt": prompts}
    elif isinstance(prompts, Mapping):
        found = {str(name): prompt for name, prompt in prompts.items()}
    elif isinstance(prompts, Iterable):
        found = {str(getattr(one, "name", f"prompt {n}")): one for n, one in enumerate(prompts, 1)}
    else:
        raise SettingsError(
            tr("Prompts are templates by name, not a {kind}.", kind=type(prompts).__name__)
        )
    if not found:
        raise SettingsError(
            tr('There is no prompt: give them by name, {"v1": "Is {text} polite?"}.')
        )
    for name, prompt in found.items():
        if not isinstance(prompt, str) and not is_file(prompt):
            kind = type(prompt).__name__
            raise SettingsError(
                tr("The prompt {name!r} is no template: it is a {kind}.", name=name, kind=kind)
            )
    return found


def worded(prompt: object) -> str:
    """A question as words: a text, or the messages of a conversation with who says them."""
    if isinstance(prompt, str):
        return prompt
    turns = prompt if isinstance(prompt, list | tuple) else []
    return "\n\n".join(f"{turn.get('role')}: {turn.get('content')}" for turn in turns)


class EvaluatedRows:
    """
    The rows of a table, and the question of each for each column and repetition.

    Raises `SettingsError` for what is no table, has too many rows, or lacks a column that a prompt
    or ``expect`` names.
    """

    def __init__(
        self,
        rows: Any,
        asked: Sequence[EvaluatedColumn],
        *,
        expect: str = "",
        repeat: int = 1,
        first: int | None = None,
        names: Mapping[str, Any] = NOTHING,
        images: object = None,
    ) -> None:
        if not 1 <= repeat <= 100:
            raise SettingsError(tr("repeat goes from 1 to 100, not {repeat}.", repeat=repeat))
        if first is not None and first < 1:
            raise SettingsError(
                tr("first is how many rows to begin with, at least 1, not {first}.", first=first)
            )
        self.columns, self.expect, self.repeat = list(asked), expect, repeat
        self.table = rows if isinstance(rows, Table) else Table(rows)
        self.rows: list[Record] = list(islice(self.table, first or MOST_ROWS + 1))
        if len(self.rows) > MOST_ROWS:
            raise SettingsError(
                tr(
                    "An evaluation takes at most {most:,} rows: first= takes so many of them.",
                    most=MOST_ROWS,
                )
            )
        if expect and self.rows and expect not in self.table.columns:
            known = quoted(", ".join(self.table.columns[:12])) or tr("none")
            raise SettingsError(
                tr(
                    "expect= names no column: {expect!r}. There are {known}.",
                    expect=expect,
                    known=known,
                )
            )
        self._templates = [
            None if is_file(one.source) else Template(one.text, names=names, images=images)
            for one in self.columns
        ]
        for template in self._templates:
            if template is not None and self.rows:
                template.check(self.table)
        self.keys = _keys(self.rows)

    @property
    def total(self) -> int:
        """How many questions there are."""
        return len(self.rows) * len(self.columns) * self.repeat

    def place(self, number: int) -> tuple[int, EvaluatedColumn, int]:
        """The row, the column and the repetition of a question."""
        rest, turn = divmod(number, self.repeat)
        row, column = divmod(rest, len(self.columns))
        return row, self.columns[column], turn

    def expected(self, row: int) -> Any:
        """What is expected of a row; None where nothing is."""
        return self.rows[row].get(self.expect) if self.expect else None

    def tell(self, run: Run, way: str) -> str:
        """
        Tell the run of the answers what it asks, so that it can be gone on with; returns what it is
        called where nobody gives it a name.

        ``way`` stands for the options of all, as the columns do for their own.
        """
        of = [
            [one.prompt, one.model, one.version, sorted(one.options.items())]
            for one in self.columns
        ]
        said = json.dumps([way, self.repeat, of], default=repr)
        asking: list[FileTemplate | Template] = [one for one in self._templates if one is not None]
        asking += [FileTemplate(one.source) for one in self.columns if is_file(one.source)]
        used = {column for one in asking for column in one.named(self.table)}
        run.template = "\n\n".join(one.text for one in self.columns)
        run.prompt_hash = _hash(said)
        run.table_hash = self.table.fingerprint(sorted(used))
        return f"evaluate-{run.prompt_hash[:8]}"

    def items(self) -> Iterator[Item]:
        """The questions, row by row, so that one that is stopped has whole rows."""
        return map(self.item, range(self.total))

    def item(self, number: int) -> Item:
        """One question."""
        row, column, turn = self.place(number)
        own = {**({"model": column.model} if column.model else {}), **column.options}
        # Equal questions are one, but not those of another model or repetition.
        salt = f"{json.dumps(own, default=repr, sort_keys=True)}\0{turn}"
        template = self._templates[column.number]
        if template is None:
            return _item_of_file(number, self.rows[row], column, own, salt)
        made = template.item(number, self.rows[row], self.table, salt=salt)
        return Item(
            number=number,
            prompt=made.prompt,
            key=made.key,
            options={**own, **made.options},
            columns=made.columns,
            problem=made.problem,
        )


def _item_of_file(
    number: int, row: Record, column: EvaluatedColumn, own: Mapping[str, Any], salt: str
) -> Item:
    try:
        messages = column.source.messages_of(row)
    except SophNetError as error:
        return Item(number=number, prompt="", columns=row, problem=str(error))
    key = _hash(f"{salt}\0{json.dumps(messages, default=repr)}")
    return Item(number=number, prompt=messages, key=key, options=own, columns=row)


def _keys(rows: Sequence[Record]) -> list[str]:
    """What tells a row apart in another evaluation: its content, and which of equal ones it is."""
    seen: dict[str, int] = {}
    found: list[str] = []
    for row in rows:
        content = _hash(json.dumps(row, default=repr, sort_keys=True))[:16]
        seen[content] = seen.get(content, 0) + 1
        found.append(content if seen[content] == 1 else f"{content}-{seen[content]}")
    return found


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
