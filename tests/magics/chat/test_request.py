from __future__ import annotations

from typing import Any

import pytest
from IPython.core.error import UsageError

from sophnet_jupyter.magics.chat.request import closed, form_of, request_options
from sophnet_jupyter.magics.chat.sophchat import ChatMagics
from sophnet_jupyter.magics.line.options import parse


def f(x: int) -> int:
    return x


def options(line: str) -> dict[str, Any]:
    args, _ = parse(ChatMagics.sophchat, f"{line} -- hi")
    found = request_options(args, {"f": f, "int_list": list[int]})
    return {name: value for name, value in found.items() if value not in (None, {})}


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("--seed 7", {"seed": 7}),
        ("--logprobs", {"logprobs": True}),
        ("--logprobs 5", {"logprobs": True, "top_logprobs": 5}),
        ("--logprobs=5", {"logprobs": True, "top_logprobs": 5}),
        ("--tools f", {"tools": [f], "run_tools": False}),
        (
            "--tools f --run-tools --max-rounds 3",
            {"tools": [f], "run_tools": True, "max_rounds": 3},
        ),
        ("--json", {"json_mode": True}),
        ("--schema int_list --repair", {"schema": list[int], "repair": 1}),
        ("-x n=2", {"extra_body": {"n": 2}}),
        ("-f json", {}),
    ],
)
def test_only_what_a_line_says_is_asked_for(line: str, asked: dict[str, Any]) -> None:
    assert options(line) == asked


@pytest.mark.parametrize("line", ["--run-tools", "--repair", "--tools g", "-f xml", "--detail max"])
def test_what_makes_no_sense_is_refused(line: str) -> None:
    with pytest.raises(UsageError):
        options(line)


@pytest.mark.parametrize("words", ["Why?", "five apples", "5th of May"])
def test_what_may_take_a_number_leaves_words_to_the_prompt(words: str) -> None:
    args, prompt = parse(ChatMagics.sophchat, f"--logprobs {words}")
    assert (args.logprobs, prompt) == (0, words)


@pytest.mark.parametrize(
    ("line", "form"),
    [("", "markdown"), ("--json", "json"), ("--schema f", "json"), ("--json -f text", "text")],
)
def test_the_format_follows_what_was_asked_for(line: str, form: str) -> None:
    args, _ = parse(ChatMagics.sophchat, f"{line} -- hi")
    assert form_of(args) == form


def test_a_picture_may_stand_on_the_line_though_it_looks_random() -> None:
    uri = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAE1AbC2dEf3GhI4jKl5MnO6"
    args, words = parse(ChatMagics.sophchat, f"--image {uri} What is it?")
    assert (args.image, words) == ([uri], "What is it?")


def test_a_call_that_nobody_ran_is_closed_before_the_conversation_goes_on() -> None:
    said = {"role": "assistant", "content": "", "tool_calls": [{"id": "a"}, {"id": "b"}]}
    told = {"role": "tool", "tool_call_id": "a", "content": "21"}
    *kept, added = closed([said, told])
    assert kept == [said, told]
    assert (added["role"], added["tool_call_id"]) == ("tool", "b")
    assert closed([{"role": "assistant", "content": "hi"}]) == [
        {"role": "assistant", "content": "hi"}
    ]
