from __future__ import annotations

from typing import Any

import pytest
from IPython.core.error import UsageError

from sophnet_jupyter.magics.chat.sophchat import ChatMagics
from sophnet_jupyter.magics.line.options import extra_body, out_name, parse
from sophnet_jupyter.magics.line.questions import transformer


def parsed(line: str) -> tuple[Any, str]:
    return parse(ChatMagics.sophchat, line)


def test_the_words_behind_the_options_stay_as_written() -> None:
    args, words = parsed("""-t 0.2  -m qwen3 What's "up" \\ with  {x}?""")
    assert (args.temperature, args.model) == (0.2, ["qwen3"])
    assert words == """What's "up" \\ with  {x}?"""


@pytest.mark.parametrize(
    ("line", "system"),
    [
        ('-s "You are a pirate" hi', "You are a pirate"),
        ("-s 'say \"no\"' hi", 'say "no"'),
        ('--system="two words" hi', "two words"),
        ("--system=one hi", "one"),
    ],
)
def test_an_option_takes_a_quoted_value(line: str, system: str) -> None:
    args, words = parsed(line)
    assert (args.system, words) == (system, "hi")


def test_a_prompt_may_begin_with_a_minus() -> None:
    assert parsed("-5 plus 3?")[1] == "-5 plus 3?"
    assert parsed("\u2014Hello, said the fox.")[1] == "\u2014Hello, said the fox."
    assert parsed("-m x -- -t is an option")[1] == "-t is an option"


def test_stop_can_be_said_several_times() -> None:
    assert parsed("--stop a --stop 'b c' hi")[0].stop == ["a", "b c"]


@pytest.mark.parametrize("line", ["-z hi", "-t warm hi", "--max-tokens x hi", "-m"])
def test_a_wrong_option_is_a_usage_error(line: str) -> None:
    with pytest.raises(UsageError):
        parsed(line)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--temprature 0 hi", "%%sophchat has no --temprature. Did you mean --temperature?"),
        ("--temprature=0 hi", "%%sophchat has no --temprature. Did you mean --temperature?"),
        ("-temprature 0 hi", "%%sophchat has no -temprature. Did you mean --temperature?"),
        ("-model GLM-5 hi", "%%sophchat has no -model. Did you mean --model?"),
        ("\u2014temperature 0 hi", "has no \u2014temperature. Did you mean --temperature?"),
        ("\u2013model=GLM-5 hi", "has no \u2013model. Did you mean --model?"),
        ("--temp 0 hi", "%%sophchat has no --temp. Did you mean --temperature?"),
        ("--max 5 hi", "--max. Did you mean --max-tokens or --max-rounds or --max-side?"),
        ("--t 0 hi", "%%sophchat has no --t. Did you mean -t?"),
        ("-m GLM-5 --zzz hi", "%%sophchat has no --zzz. %sophchat? lists its options."),
        ("--unknown-option", "has no --unknown-option. %sophchat? lists its options."),
        ("--help", "%%sophchat has no --help. %sophchat? lists its options."),
    ],
)
def test_a_misspelt_option_is_told_with_the_one_that_was_meant(line: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        parsed(line)
    assert str(caught.value).endswith(says)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("-t 0 -t 1 hi", "%%sophchat takes one --temperature: leave one of the two out."),
        ("-t0 --temperature=1 hi", "%%sophchat takes one --temperature: "),
        ("--seed 1 --seed 2 hi", "takes one --seed: leave one of the two out."),
        ("--raw --raw hi", "%%sophchat takes one --raw: "),
        ("--logprobs 2 --logprobs hi", "%%sophchat takes one --logprobs: "),
    ],
)
def test_an_option_that_is_no_list_stands_once(line: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        parsed(line)
    assert says in str(caught.value)


def test_an_option_that_is_a_list_may_stand_again() -> None:
    args, words = parsed(
        "-m a -m b,c --image a.png --image b.png -x n=3 -x a.b=1 --tools f --tools g hi"
    )
    assert args.model == ["a", "b,c"]
    assert (args.image, args.extra, args.tools) == (
        ["a.png", "b.png"],
        ["n=3", "a.b=1"],
        ["f", "g"],
    )
    assert words == "hi"


def test_a_short_option_may_hold_its_value() -> None:
    args, words = parsed("-t0.5 -mGLM-5 -b hi")
    assert (args.temperature, args.model, args.background, words) == (0.5, ["GLM-5"], True, "hi")


@pytest.mark.parametrize(
    "line",
    [
        "hi sk-0123456789abcdef",
        "-s 'my key is sk-0123456789abcdef' hi",
        "-m app-0123456789abcdef x",
    ],
)
def test_a_line_with_a_key_is_refused_without_repeating_it(line: str) -> None:
    with pytest.raises(UsageError) as caught:
        parsed(line)
    assert "0123456789abcdef" not in str(caught.value)
    assert "SOPHNET_API_KEY" in str(caught.value)


def test_extras_nest_and_keep_their_types() -> None:
    pairs = ["seed=7", "a.b.c=true", "a.b.d=[1]", "name=text with = sign", 'quoted="7"']
    assert extra_body(pairs) == {
        "seed": 7,
        "a": {"b": {"c": True, "d": [1]}},
        "name": "text with = sign",
        "quoted": "7",
    }


@pytest.mark.parametrize("pair", ["seed", "=1", "api_key=x", "headers.Authorization=x", "token=x"])
def test_a_wrong_extra_is_a_usage_error(pair: str) -> None:
    with pytest.raises(UsageError):
        extra_body([pair])


def test_a_value_cannot_hold_another() -> None:
    with pytest.raises(UsageError, match="is a value already"):
        extra_body(["a=1", "a.b=2"])


@pytest.mark.parametrize("name", ["two words", "1st", "a.b", "a[0]", ""])
def test_out_takes_a_name_only(name: str) -> None:
    with pytest.raises(UsageError, match="-o"):
        out_name(name)


ASKED = [
    ("%sophchat what is love?", "get_ipython().run_line_magic('sophchat', 'what is love?')\n"),
    ("x = %sophchat a?", "x = get_ipython().run_line_magic('sophchat', 'a?')\n"),
    ("  %sophchat it's a?", "  get_ipython().run_line_magic('sophchat', \"it's a?\")\n"),
    ("x[0], y = %sophchat a?", "x[0], y = get_ipython().run_line_magic('sophchat', 'a?')\n"),
]
LEFT_ALONE = ["%sophchat?", "%sophchat??", "?%sophchat", "%other a?", "%sophchat a", "print(1)"]


@pytest.mark.parametrize(("line", "call"), ASKED)
def test_a_prompt_that_ends_in_a_question_mark_is_a_prompt(line: str, call: str) -> None:
    assert transformer(["sophchat"])([line + "\n"]) == [call]


@pytest.mark.parametrize("line", LEFT_ALONE)
def test_other_question_marks_are_left_alone(line: str) -> None:
    assert transformer(["sophchat"])([line + "\n"]) == [line + "\n"]


def test_the_body_of_a_cell_magic_is_left_alone() -> None:
    cell = ["%%sophchat\n", "%sophchat is this a prompt?\n"]
    assert transformer(["sophchat"])(cell) == cell
