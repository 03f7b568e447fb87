"""Errors can be copied, kept, and sent to another process, with all they say."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest

from sophnet_jupyter import errors
from sophnet_jupyter.response import Response

GIVEN: dict[str, Any] = {
    "limit": "total",
    "seconds": 3.0,
    "status": 429,
    "code": "x",
    "closed": 1008,
    "problem": "refused",
    "retry_after": 2.0,
    "response": Response(text="so far"),
    "known": ("a", "b"),
    "sent": False,
}


def classes(base: type) -> Iterator[type]:
    for kind in base.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield kind
            yield from classes(kind)


KINDS = sorted(set(classes(errors.SophNetError)), key=lambda kind: kind.__name__)


def made(kind: type) -> errors.SophNetError:
    try:
        parameters = inspect.signature(kind).parameters.values()
    except ValueError:  # it takes a sentence, as Python's own do
        parameters = ()
    named = [each for each in parameters if each.kind is each.KEYWORD_ONLY]
    if not named:
        return kind("It went wrong.")
    given = {}
    for each in named:
        if each.name == "code" and "int" in str(each.annotation):
            given["code"] = 1011
        else:
            given[each.name] = GIVEN.get(each.name, f"the {each.name}")
    return kind(**given)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_survives_copies_and_pickles_with_its_facts(kind: type) -> None:
    error = made(kind)
    error.response, error.request_id = Response(text="so far"), "req-1"
    error.add_note("a note")
    for again in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert type(again) is kind
        assert (str(again), again.args) == (str(error), error.args)
        assert vars(again) == vars(error)


def _raise(number: int) -> None:
    raise made(KINDS[number])


def test_errors_cross_a_pool_of_processes() -> None:
    # A fork would have the locks that threads of other tests hold just then.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        for number, kind in enumerate(KINDS):
            with pytest.raises(kind) as raised:
                pool.submit(_raise, number).result(timeout=120)
            assert str(raised.value) == str(made(kind))


@pytest.mark.parametrize(
    ("size", "limit", "said"),
    [
        (50_200_000, 50_000_000, ("50.2 MB", "50 MB")),
        (50_040_000, 50_000_000, ("50.04 MB", "50 MB")),
        (50_000_001, 50_000_000, ("50,000,001 bytes", "50,000,000 bytes")),
        (1_200_000_000, 1_000_000_000, ("1,200.0 MB", "1,000 MB")),
        (700, 512, ("700 bytes", "512 bytes")),
    ],
)
def test_a_size_and_the_limit_that_it_passes_are_never_written_alike(
    size: int, limit: int, said: tuple[str, str]
) -> None:
    assert errors.sizes(size, limit) == said


@pytest.mark.parametrize(
    ("text", "money"),
    [
        ("You exceeded your current quota, please check your plan", True),
        ("账户余额不足", True),
        ("too many requests", False),
        ("Quota exceeded: 60 requests per minute", False),
        ("rate limit reached, insufficient tokens left", False),
    ],
)
def test_a_quota_of_money_is_told_from_one_of_time(text: str, money: bool) -> None:
    assert errors.speaks_of_money(text) is money
