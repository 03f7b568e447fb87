"""The columns of a comparison: every combination of models, prompts and settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any

from ...errors import SettingsError
from ...language import mark, tr

# What can be read side by side, and what one connection pool takes at once.
MOST = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """
    One combination that is asked: a model, a prompt by its name, and settings.

    ``number`` counts from 0, as ``comparison[number]`` does. ``model`` and ``prompt`` are empty
    where there is no choice of them.
    """

    number: int = 0
    model: str = ""
    prompt: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __index__(self) -> int:
        return self.number

    @property
    def row(self) -> str:
        """What it has in common with the other models beside it: prompt and settings, in words."""
        said = [self.prompt] if self.prompt else []
        said += [f"{name} {_word(value)}" for name, value in self.settings.items()]
        return " · ".join(said)

    @property
    def label(self) -> str:
        """All that tells it apart, in words."""
        return " · ".join(filter(None, [self.model, self.row]))


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedGrid:
    """
    The columns of a comparison and how often each is asked.

    ``prompts`` are what is asked by name; a single one has an empty name.
    """

    columns: tuple[Column, ...]
    repeat: int = 1
    prompts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def cells(self) -> list[tuple[int, int]]:
        """Every answer's place: the number of its column, and of its repetition."""
        return [(one.number, turn) for one in self.columns for turn in range(self.repeat)]

    @property
    def across(self) -> list[list[Column]]:
        """
        The columns as they are laid out: a list for each row, models side by side.

        A single model's settings stand side by side themselves.
        """
        if len({one.model for one in self.columns}) < 2:
            return [list(self.columns)]
        rows: dict[str, list[Column]] = {}
        for one in self.columns:
            rows.setdefault(one.row, []).append(one)
        return list(rows.values())


def grid(
    prompt: object,
    *,
    models: str | Iterable[str] = (),
    settings: Mapping[str, object] | None = None,
    repeat: int = 1,
    most: int = MOST,
) -> AskedGrid:
    """
    Every combination of the models, the prompts and the values of the settings, row by row.

    ``prompt`` is what is asked, or a mapping of names to several of it. Raises `SettingsError` for
    more than ``most`` answers, and for an axis on which there is nothing or something twice.
    """
    prompts = prompt if isinstance(prompt, Mapping) else {"": prompt}
    named = [str(name) for name in _axis("prompts", list(prompts))]
    asked = _axis("models", [models] if isinstance(models, str) else list(models), least=0)
    axes = {name: _values(name, values) for name, values in (settings or {}).items()}
    if isinstance(repeat, bool) or not isinstance(repeat, int) or repeat < 1:
        raise SettingsError(
            tr("repeat is a whole number from 1 on, not {repeat!r:.80}.", repeat=repeat)
        )
    _check_count({"prompt": len(named), "model": len(asked) or 1}, axes, repeat, most)
    rows = product(named, *axes.values())
    combined = ((model, row) for row in rows for model in (asked or [""]))
    columns = tuple(
        Column(
            number=number,
            model=model,
            prompt=row[0],
            settings=dict(zip(axes, row[1:], strict=True)),
        )
        for number, (model, row) in enumerate(combined)
    )
    return AskedGrid(
        columns=columns, repeat=repeat, prompts={str(key): one for key, one in prompts.items()}
    )


def _check_count(
    named: Mapping[str, int], axes: Mapping[str, Sequence[object]], repeat: int, most: int
) -> None:
    counts = {**named, **{name: len(values) for name, values in axes.items()}, "repeat": repeat}
    if (count := prod(counts.values())) > most:
        said = " × ".join(_several(name, number) for name, number in counts.items() if number > 1)
        raise SettingsError(
            tr(
                "{said} are {count:,} answers, and a comparison takes at most {most}. Nothing was "
                "sent: leave some out, or ask them one after the other.",
                said=said,
                count=count,
                most=most,
            )
        )


_SEVERAL = {
    "prompt": mark("{n} prompts"),
    "model": mark("{n} models"),
    "repeat": mark("{n} repetitions"),
}


def _several(name: str, count: int) -> str:
    if name in _SEVERAL:
        return tr(_SEVERAL[name], n=count)
    return tr("{n} values of {name}", n=count, name=name)


def _values(name: str, values: object) -> list[Any]:
    """The values of a setting; what is no list of some is one value."""
    single = isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable)
    return _axis(name, [values] if single else list(values))  # type: ignore[call-overload]


def _axis(name: str, values: list[Any], *, least: int = 1) -> list[Any]:
    if len(values) < least:
        raise SettingsError(tr("There is nothing to compare in {name}: it is empty.", name=name))
    for place, value in enumerate(values):
        if any(type(value) is type(other) and value == other for other in values[:place]):
            raise SettingsError(
                tr(
                    "{name} has {value} twice: repeat=2 asks everything a second time.",
                    name=name,
                    value=_word(value),
                )
            )
        if name == "models" and not (isinstance(value, str) and value.strip()):
            raise SettingsError(tr("A model is named by a text, not {value!r:.80}.", value=value))
    return values


def _word(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:39] + "…"
