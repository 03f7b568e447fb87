"""Comparisons of what a resource answers: the grid, what is refused before, and who is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, TypeGuard

from ..errors import SettingsError
from ..events import Event
from ..history.prices import Prices
from ..language import tr
from ..options.words import check
from ..prompt.file.filled import FilledPrompt
from ..response import Response
from ..runs.compare.comparison import Comparison
from ..runs.compare.grid import AskedGrid, Column, grid
from ..settings import data_folder
from .site.masks import concealing, masker_of

if TYPE_CHECKING:
    from ..masking.masker import Masker

Stream = Callable[..., AsyncGenerator[Event, None]]
"""``stream`` of a resource: a subject and options."""


def compare(
    stream: Stream,
    subject: object,
    *,
    models: str | Iterable[str],
    settings: Mapping[str, object] | None,
    repeat: int,
    options: Mapping[str, Any],
    known: Iterable[str],
    check_one: Callable[[object, Mapping[str, Any]], object] | None = None,
    asked: Callable[[object], str] | None = None,
    budget: object = None,
    turn: Callable[[int], Mapping[str, Any]] = lambda repeat: {},
) -> Comparison:
    """
    A comparison of ``models`` and ``settings`` in what they answer to one subject, or several.

    ``known`` are the options that a setting may be; ``check_one`` raises `SettingsError` for a
    column that cannot be sent; ``turn`` are further arguments of ``stream`` for a repetition.
    ``budget`` refuses what may cost more. Nothing is sent by this.
    """
    axes = dict(settings or {})
    if "model" in axes and models:
        raise SettingsError(tr("Name the models in models=[…], or in the grid: not in both."))
    named = axes.pop("model", None) or models
    if not isinstance(named, str | Iterable):
        raise SettingsError(tr("models are names, not {named!r:.80}.", named=named))
    check("grid", axes, known)
    if twice := sorted(
        axes.keys() & {name for name, value in options.items() if value is not None}
    ):
        raise SettingsError(
            tr("{name} is in the grid, and given for all columns too.", name=twice[0])
        )
    made = grid(subject, models=named, settings=axes, repeat=repeat)

    def request(column: Column) -> dict[str, Any]:
        model = {"model": column.model} if column.model else {}
        prompt = made.prompts[column.prompt]
        # A prompt file itself is asked with its own.
        own = prompt.options if isinstance(prompt, FilledPrompt) else {}
        given = {name: value for name, value in options.items() if value is not None}
        return {**own, **given, **model, **column.settings}

    if check_one:
        for column in made.columns:
            check_one(made.prompts[column.prompt], request(column))

    if budget is not None:
        check_budget(budget, made, request)

    def ask(column: Column, repeat: int) -> AsyncGenerator[Event, None]:
        return stream(made.prompts[column.prompt], **request(column), **turn(repeat))

    prices = Prices.read(data_folder())

    def price(response: Response, model: str) -> tuple[float, str] | None:
        cost = prices.cost(response, model=model)
        return (float(cost.amount), cost.currency) if cost else None

    found = Comparison(
        made,
        ask,
        asked={name: (asked or in_words)(one) for name, one in made.prompts.items()},
        settings={name: value for name, value in options.items() if value is not None},
        price=price,
    )
    found.conceal = concealing(_masker(request(column).get("mask") for column in made.columns))
    return found


def _masker(wanted: Iterable[object]) -> Masker | None:
    """What masks any of the columns."""
    masks = list(wanted)
    return masker_of(next(filter(None, masks), None if None in masks else False))


def check_budget(
    given: object, made: AskedGrid, request: Callable[[Column], Mapping[str, Any]]
) -> None:
    """Raise `SettingsError` where all answers together may cost more than a budget."""
    from ..history.budget import Budget, Meter
    from ..history.budget import budget as read
    from ..providers.sophnet.access import SERVICE

    prices = Prices.read(data_folder())
    limit, total = read(given, prices), Decimal(0)
    for column in made.columns:
        asked = request(column)
        # What one answer may cost is what a large enough budget has reserved for it.
        enough = Budget(Decimal(10) ** 15, limit.unit)
        model = column.model or asked.get("model", "")
        meter = Meter(enough, prices, service=SERVICE, model=model)
        longest = asked.get("max_tokens") or asked.get("max_completion_tokens")
        meter.reserve(in_words(made.prompts[column.prompt]), longest)
        total += (enough.amount - meter.left) * made.repeat
    if total > limit.amount:
        count = len(made.cells)
        raise SettingsError(
            tr(
                "{count} answers may cost {cost}, and the budget is {limit}. Nothing was "
                "sent: leave some out, set max_tokens, or allow more.",
                count=count,
                cost=Budget(total, limit.unit),
                limit=limit,
            )
        )


def in_words(prompt: object) -> str:
    """What is asked, for a reader: a text, a prompt file's, or what the user said last."""
    if isinstance(prompt, str):
        return prompt
    if isinstance(text := getattr(prompt, "text", None), str):
        return text
    said = [each for each in prompt if isinstance(each, Mapping)] if _is_list(prompt) else []
    content = next((each.get("content") for each in reversed(said)), "")
    if isinstance(content, str):
        return content
    parts = content if _is_list(content) else []
    return " ".join(str(part["text"]) for part in parts if "text" in part)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list | tuple)


def compare_chat(chat: Any, options: dict[str, Any]) -> tuple[Stream, Callable[..., object]]:
    """
    How a chat is asked for a column, and how a column is checked before.

    ``options`` lose their pictures, which are read once for all columns.
    """
    pictures = {name: options.pop(name, None) for name in ("images", "detail", "max_side")}
    if pictures["images"] is None:
        return chat.stream, partial(_check_chat, chat)
    from ..prompt.images.attach import attach

    read = Once(lambda: attach(**pictures, pages=True))

    async def stream(prompt: object, **asked: Any) -> AsyncGenerator[Event, None]:
        images = await read.get()
        async with aclosing(chat.stream(prompt, images=images, **asked)) as events:
            async for event in events:
                yield event

    return stream, partial(_check_chat, chat)


def _check_chat(chat: Any, prompt: object, asked: Mapping[str, Any]) -> None:
    """Raise `SettingsError` for what cannot be sent."""
    chat.request(prompt, stream=True, **asked)


class Once:
    """A value that is made once, in a thread, for all who await it."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._making: asyncio.Task[Any] | None = None

    async def get(self) -> Any:
        if self._making is None or self._making.cancelled():
            self._making = asyncio.ensure_future(asyncio.to_thread(self._make))
        # One who leaves does not take it from the others.
        return await asyncio.shield(self._making)
