from __future__ import annotations

import pytest
from IPython.core.error import UsageError

from sophnet_jupyter.magics.imagine import ImagineMagics
from sophnet_jupyter.magics.line.trailing import parse_around


def parsed(line: str) -> tuple[object, str]:
    return parse_around(ImagineMagics.imagine, line)


@pytest.mark.parametrize(
    "line",
    [
        "--seed 7 -n 4 a red fox",
        "a red fox --seed 7 -n 4",
        "--seed 7 a red fox -n 4",
        "a red fox -n 4 --seed=7  ",
        "a red fox -n4 --seed 7",
    ],
)
def test_options_stand_before_the_words_or_behind_them(line: str) -> None:
    args, words = parsed(line)
    assert (args.seed, args.n, words) == (7, 4, "a red fox")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "words",
    [
        "a well-known fox - in snow",
        "it's a fox's life",
        "a -5 degree day",
        "a -night fox",
        "a fox \u2014a red one \u2013 in snow",
        "fox -> hen",
        "",
    ],
)
def test_words_stay_as_they_are_written(words: str) -> None:
    assert parsed(words)[1] == words


def test_behind_two_dashes_everything_is_words() -> None:
    args, words = parsed("--seed 7 -- a fox --n 3 --ar 16:9")
    assert words == "a fox --n 3 --ar 16:9"
    assert args.seed == 7  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("a fox --sed 7", "Did you mean --seed"),
        ("a fox --ar 16:9", "%%imagine has no --ar. "),
        ("a fox --seed 7 in snow", "in the middle"),
        ("a fox --seed seven", "invalid int value: 'seven'. To have it in the words, begin"),
        ("a fox --seed", "--seed: expected one argument. To have it in the words, begin"),
        ("a fox --sed 3 --seed seven", "invalid int value"),
        ("a fox --seed 3 --sed 7", "%%imagine has no --sed. Did you mean --seed"),
        ("a fox -sed 7", "%%imagine has no -sed. Did you mean --seed"),
        ("a fox \u2014seed 7", "%%imagine has no \u2014seed. Did you mean --seed"),
        ("a fox --neg hens", "%%imagine has no --neg. Did you mean --negative"),
        ("a fox --seed 3 --seed 7", "%%imagine takes one --seed: "),
        ("--seed 3 a fox --seed 7", "%%imagine takes one --seed: "),
        ("--sed 3 a fox", "%%imagine has no --sed. Did you mean --seed"),
    ],
)
def test_what_looks_like_an_option_is_never_paid_for_as_words(line: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parsed(line)


def test_a_quoted_value_may_stand_behind_the_words() -> None:
    args, words = parsed('a fox --negative "no hens, no trees" -n 2')
    assert (args.negative, words) == ("no hens, no trees", "a fox")  # type: ignore[attr-defined]


def test_a_key_is_refused_wherever_it_stands() -> None:
    with pytest.raises(UsageError, match="looks like a key"):
        parsed("a fox --seed 7 -o sk-0123456789abcdef")


def test_an_option_that_is_none_is_refused_before_the_last_ones_too() -> None:
    with pytest.raises(UsageError, match=r"%%imagine has no --sed\. Did you mean --seed"):
        parsed("a fox --sed 3 in snow -n 2")
