"""Tab in a real kernel: what a front end is told."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.kernel


@pytest.fixture
def tab(kernel):
    """What Tab at the ``|`` puts into a cell, each with the word beside it in JupyterLab."""

    def press(cell):
        begin = cell.index("|")
        code = cell[:begin] + cell[begin + 1 :]
        content = kernel.client.complete(code, begin, reply=True, timeout=60)["content"]
        assert content["status"] == "ok"
        kinds = content["metadata"]["_jupyter_types_experimental"]
        start, end = content["cursor_start"], content["cursor_end"]
        return {code[:start] + kind["text"] + code[end:]: kind["type"] for kind in kinds}

    return press


@pytest.mark.parametrize("jedi", [True, False])
@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("%%sophchat --mode|", {"%%sophchat --model": "option"}),
        ("x = %sophchat --mode|", {"x = %sophchat --model": "option"}),
        ("%%sophchat --model=kimi-k2-|\nhi", {"%%sophchat --model=Kimi-K2-0905\nhi": "model"}),
        ("%%sophchat\n{tab_answer.end|}", {"%%sophchat\n{tab_answer.ending}": "attribute"}),
        ("%sophnet ali|", {"%sophnet alias": "subject"}),
    ],
)
def test_a_front_end_gets_exactly_what_fits(kernel, tab, jedi, cell, found):
    kernel.run("tab_answer = %sophchat Count to 3")
    kernel.run(f"%config IPCompleter.use_jedi = {jedi}")
    assert tab(cell) == found


def test_a_model_that_was_listed_or_asked_is_known_from_then_on(kernel, tab, sandbox):
    assert "%sophchat -m LongCat-Flash-Chat" not in tab("%sophchat -m Long|")
    kernel.run("%sophchat -m LongMine-7B Count to 3")
    assert "%sophchat -m LongMine-7B" in tab("%sophchat -m Long|")
    listed = kernel.run("%sophnet models longcat").text
    assert "LongCat-Flash-Chat" in listed
    asked = len(sandbox.seen())
    assert "%sophchat -m LongCat-Flash-Chat" in tab("%sophchat -m Long|")
    assert len(sandbox.seen()) == asked


def test_tab_is_answered_at_once_while_an_answer_streams(kernel, tab):
    kernel.run("handle = %sophchat -b Count to 9000")
    for _ in range(9):
        tab("%sophchat --mo|")
    # It takes more than a minute.
    assert kernel.value("handle.state") == "running"
    kernel.run("handle.cancel()")


def test_without_the_extension_nothing_of_it_is_offered(kernel, tab):
    kernel.run("%unload_ext sophnet_jupyter")
    try:
        assert "%%sophchat --model" not in tab("%%sophchat --mode|")
    finally:
        kernel.run("%load_ext sophnet_jupyter")


@pytest.fixture
def shift_tab(kernel):
    """What Shift+Tab at the ``|`` of a cell shows; empty where nothing is known."""

    def press(cell):
        begin = cell.index("|")
        code = cell[:begin] + cell[begin + 1 :]
        content = kernel.client.inspect(code, begin, reply=True, timeout=60)["content"]
        assert content["status"] == "ok"
        return content["data"].get("text/plain", "") if content["found"] else ""

    return press


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%%sophchat --max-to|kens 10\nhi", "--max-tokens"),
        ("%%sophchat --tem|perature=0.2", "--temperature"),
        ("x = %sophchat -|t 0.2 hi", "--temperature"),
        ("a = 1\n%sophchat --model| Kimi-K2.5 hi", "-m, --model"),
        ("%%sophchat -m DeepSeek-V3|.2 -o a\nhi", "DeepSeek-V3.2 · "),
        ("%speak --voice longwan| hi", "longwan · a voice of cosyvoice-v1"),
        ("%speak --voice=longxiaochun_v2| hi", "longxiaochun_v2 · a voice of cosyvoice-v2"),
        ("%sophnet histo|ry", "what was asked and answered"),
    ],
)
def test_an_option_and_its_value_say_what_they_mean(shift_tab, cell, said):
    assert said in shift_tab(cell)


def test_what_is_not_ours_is_said_as_ever(kernel, shift_tab):
    kernel.run("inspected_here = 3")
    assert "int" in shift_tab("inspected_|here")
    assert "int" in shift_tab("%%sophchat --max-tokens 3\nhow much is {inspected_|here}?")
    assert "temperature" not in shift_tab("%%sophchat\nwhat is --temp|erature?")
    assert "%%sophchat" in shift_tab("%%soph|chat")
    kernel.run("%unload_ext sophnet_jupyter")
    try:
        assert shift_tab("%%sophchat --max-to|kens 10\nhi") == ""
        assert "int" in shift_tab("inspected_|here")
    finally:
        kernel.run("%load_ext sophnet_jupyter")
