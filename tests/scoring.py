"""Cases and judges for tests of scores."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from sophnet_jupyter.response import Response
from sophnet_jupyter.runs.score import Asked, Case, Marked, Means, Score


def case(text: str = "", expected: object = None, **given: Any) -> Case:
    facts: dict[str, Any] = {
        "number": 0,
        "row": {},
        "column": "v1",
        "model": "answerer",
        "prompt": "What is it?",
        "repeat": 0,
        "answer": Response(text=text, ending="complete", parsed=given.pop("parsed", None)),
        "expect": "label",
    }
    return Case(**{**facts, **given}, expected=expected)


def marked(
    score: Score,
    cases: Sequence[Case],
    *,
    judge: Callable[[str], str] = lambda prompt: "",
    embed: Callable[[str], Sequence[float] | None] = lambda text: None,
) -> Marked:
    """The marks, where a judge says this to a prompt, and a text has that vector."""

    async def ask(prompts: Sequence[str], model: str) -> list[Asked]:
        said = [judge(prompt) for prompt in prompts]
        made = [Response(text=text, model=model or "usual", ending="complete") for text in said]
        return [Asked(response=one) for one in made]

    async def vectors(texts: Sequence[str]) -> list[Sequence[float] | None]:
        return [embed(text) for text in texts]

    return asyncio.run(score.marked(cases, Means(ask=ask, embed=vectors)))


def values(score: Score, cases: Sequence[Case], **means: Any) -> list[object]:
    return [mark.value for mark in marked(score, cases, **means).marks]
