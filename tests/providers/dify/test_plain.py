from __future__ import annotations

import enum
import uuid
from collections.abc import Callable
from contextlib import aclosing
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.providers.arguments import encoded
from sophnet_jupyter.providers.dify.app import App
from sophnet_jupyter.providers.dify.file_kinds import is_file
from sophnet_jupyter.providers.dify.plain import plain_inputs
from sophnet_jupyter.response import Response

pytestmark = pytest.mark.anyio


class Level(enum.Enum):
    HIGH = np.int64(3)


class Silent:
    def __str__(self) -> str:
        raise RuntimeError("no")


FRAME = pd.DataFrame({"a": [1]})


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.array(5), 5),
        (np.str_("x"), "x"),
        (np.datetime64("2024-03-01"), "2024-03-01"),
        (pd.Timestamp("2024-03-01 10:00"), "2024-03-01T10:00:00"),
        (pd.NaT, None),
        (pd.NA, None),
        (float("nan"), None),
        (date(2024, 3, 1), "2024-03-01"),
        (datetime(2024, 3, 1, 10), "2024-03-01T10:00:00"),
        (time(10, 30), "10:30:00"),
        (Decimal("1.50"), "1.50"),
        (pd.Series(["a", "b"]), "a\nb"),
        (pd.Series([1, None]), "1.0\n"),
        (np.array([1, 2]), "1\n2"),
        (pd.Index(["a"]), "a"),
        ({"a": np.int64(1)}, {"a": 1}),
        ([np.int64(1), Decimal(2)], [1, "2"]),
        ({1}, [1]),
        (Level.HIGH, 3),
        (2**70, str(2**70)),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Response(text="words"), "words"),
        ("half \ud83d", "half \ufffd"),
        ("text", "text"),
        (7, 7),
        (True, True),
        (None, None),
    ],
)
def test_what_a_notebook_holds_becomes_what_json_holds(value: Any, plain: Any) -> None:
    assert not is_file(value)
    found = plain_inputs({"x": value})
    assert (repr(found), encoded(found)) == (repr({"x": plain}), encoded({"x": plain}))


@pytest.mark.parametrize("value", [FRAME, {"deep": FRAME}, len, object(), Silent(), int, pd])
def test_what_has_no_text_is_refused_in_one_sentence(value: Any) -> None:
    with pytest.raises(SettingsError, match="The input x is "):
        plain_inputs({"x": value})


async def test_a_list_that_contains_itself_is_refused(app: Callable[..., App]) -> None:
    value: list[Any] = []
    value.append(value)
    async with aclosing(app()) as ours:
        with pytest.raises(SettingsError, match="levels"):
            await ours.complete({"x": value})


async def test_an_app_gets_them(app: Callable[..., App], seen: Callable[[], list[Any]]) -> None:
    async with aclosing(app()) as ours:
        given = {"query": pd.Series(["one", "two"]), "count": np.int64(3), "day": date(2024, 3, 1)}
        await ours.complete(given)
        assert seen()[-1]["body"]["inputs"] == {
            "query": "one\ntwo",
            "count": 3,
            "day": "2024-03-01",
        }
        with pytest.raises(SettingsError, match="The input query is a DataFrame"):
            await ours.complete({"query": FRAME})


async def test_half_a_letter_is_told_in_one_sentence_elsewhere(app: Callable[..., App]) -> None:
    async with aclosing(app()) as ours:
        with pytest.raises(SettingsError, match="half a character"):
            await ours.annotations.create("why \ud83d", "so")
