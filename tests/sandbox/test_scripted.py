from __future__ import annotations

import base64
import doctest
import json
import re
import struct

import pytest

from sophnet_jupyter.sandbox.model.maths import evaluate
from sophnet_jupyter.sandbox.model.tokens import tokens

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 640, 480)
TABLE = "| city | people |\n|---|---:|\n| Rome | 30 |\n| Oslo | 10 |\n| Rome | 20 |"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a  b\t c \n\n\n d",
        "你好，世界！ok",
        "x" * 50,
        "1234567",
        "e\u2028\x85🙂́",
        "$a^2$ | b\r\n",
    ],
)
def test_no_character_is_lost_between_pieces(text):
    assert "".join(tokens(text)) == text


def test_pieces_have_the_size_of_tokens():
    assert tokens("Hello brave world") == ["Hello", " brave", " world"]
    assert all(len(piece) <= 2 for piece in tokens("今天天气很好我们去公园"))


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("what is 17*23?", "391"),
        ("What's 2^10 - 1?", "1023"),
        ("(2+3)*4", "20"),
        ("17×23等于多少？", "391"),
        ("计算 10/4", "2.5"),
        ("what is 7 / 0?", "zero"),
        ("what is 9**9**9**9?", "too much"),
    ],
)
def test_sums_are_worked_out(sandbox, prompt, answer):
    assert f"**{answer}**" in sandbox.text(prompt)


@pytest.mark.parametrize("text", ["__import__('os')", "a+1", "1 if 1 else 2", "[1]*9", "2**99999"])
def test_only_arithmetic_is_evaluated(text):
    with pytest.raises((ValueError, OverflowError)):
        evaluate(text)


def test_a_date_is_not_a_sum(sandbox):
    assert "2025" not in sandbox.text("what is 2026-01-02?").split("table")[0].split("=")[-1]


@pytest.mark.parametrize("prompt", ["count to 500", "数到500"])
def test_counting_really_counts(sandbox, prompt):
    numbers = [int(number) for number in re.findall(r"\d+", sandbox.text(prompt))]
    assert numbers == list(range(1, 501))


@pytest.mark.parametrize("topic", ["primes", "fibonacci numbers", "sorting", "palindromes", "it"])
def test_code_in_answers_passes_its_own_doctest(sandbox, topic):
    text = sandbox.text(f"write a python function for {topic}")
    source = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    space: dict[str, object] = {}
    exec(source, space)
    function = list(space.values())[-1]
    (test,) = doctest.DocTestFinder().find(function, globs=space)
    result = doctest.DocTestRunner(verbose=False).run(test)
    assert result.attempted
    assert result.failed == 0


def test_a_name_is_remembered_while_it_is_in_the_conversation(sandbox):
    told = [
        {"role": "user", "content": "my name is Ada"},
        {"role": "assistant", "content": "Nice to meet you"},
        {"role": "user", "content": "what is my name?"},
    ]
    assert "**Ada**" in sandbox.text("", messages=told)
    assert "not told" in sandbox.text("what is my name?")


def test_earlier_messages_can_be_asked_for(sandbox):
    told = [
        {"role": "user", "content": "I like plums"},
        {"role": "assistant", "content": "Fine"},
        {"role": "user", "content": "what did I say?"},
    ]
    assert "I like plums" in sandbox.text("", messages=told)


def test_a_table_is_summarised_by_its_numbers(sandbox):
    text = sandbox.text(f"Summarise this in three bullet points:\n\n{TABLE}")
    assert "**3 rows** and **2 columns**: city, people" in text
    assert "most often Rome (2×)" in text
    assert "from 10 to 30, 20 on average" in text
    assert text.count("\n- ") == 3


def test_a_text_is_summarised_by_its_words(sandbox):
    text = sandbox.text("Summarise: The fox ran. The fox slept under a very old tree.")
    assert "**11 words** in 2 sentences" in text
    assert "fox (2×)" in text


def test_a_story_has_the_length_asked_for(sandbox):
    assert len(sandbox.text("write a story of 250 words about a train").split()) == 250


@pytest.mark.parametrize(
    ("prompt", "sign"),
    [
        ("show me Euler's formula", "$$e^{ix}"),
        ("compare list and tuple", "| tuple |"),
        ("a table of squares", "| 10 | 100 | 1000 |"),
        ("translate good morning to Chinese", "早上好"),
        ("give me some json", "```json"),
        ("what can you do", "scripted model"),
        ("colourless green ideas", "scripted model"),
        ("你能做什么", "脚本模型"),
        ("写一个排序函数", "merge_sort"),
        ("用表格比较 Python 和 Rust", "| 诞生 |"),
    ],
)
def test_a_prompt_finds_its_script(sandbox, prompt, sign):
    assert sign in sandbox.text(prompt)


def test_an_image_is_described_by_what_its_bytes_tell(sandbox):
    url = "data:image/png;base64," + base64.b64encode(PNG).decode()
    parts = [{"type": "text", "text": "describe"}, {"type": "image_url", "image_url": {"url": url}}]
    text = sandbox.text("", messages=[{"role": "user", "content": parts}])
    assert "640 × 480" in text
    assert "cannot see" in text


def test_a_tool_result_is_passed_on(sandbox):
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    told = [
        {"role": "user", "content": "how warm is it?"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "20"},
    ]
    assert "**20**" in sandbox.text("", messages=told)


def test_one_word_is_one_word(sandbox):
    system = {"role": "system", "content": "Answer in one word."}
    told = [system, {"role": "user", "content": "what is 6*7?"}]
    assert sandbox.text("", messages=told) == "42"


def test_the_same_messages_get_the_same_answer(sandbox):
    assert sandbox.text("tell me a story") == sandbox.text("tell me a story")


def test_json_from_a_named_language_is_valid(sandbox):
    text = sandbox.text("给我 json，字段：name、age")
    assert json.loads(text.strip("`").removeprefix("json")).keys() == {"name", "age"}
