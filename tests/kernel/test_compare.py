"""A chat cell that asks several columns at once."""

from __future__ import annotations

import pytest

from ..kernels import PRESS

pytestmark = pytest.mark.kernel

BOTH = "-m DeepSeek-V3.2,GLM-5"


def test_columns_are_asked_at_once_and_kept_as_one_value(kernel, sandbox):
    cell = kernel.run(f"%%sophchat {BOTH} -o both\nCount to 30\n")
    assert cell.status == "ok", cell.text
    assert kernel.value("both is _ and [one.text[-3:] for one in both]") == ["30.", "30."]
    assert cell.text.count("29, 30.") == 2
    assert "[0] DeepSeek-V3.2" in cell.text
    assert "equal to [0]" in cell.text
    again = kernel.run("both")
    assert again.text.count("29, 30.") == 2
    named = {body["model"] for body in sandbox.posted()}
    assert named == {"DeepSeek-V3.2", "GLM-5"}


def test_a_model_said_twice_means_both(kernel):
    kernel.run("%sophchat -m DeepSeek-V3.2 -m GLM-5 -o twice Count to 3")
    assert kernel.value("[one.model for one in twice.columns]") == ["DeepSeek-V3.2", "GLM-5"]


def test_one_column_fails_beside_others_and_all_that_fail_end_the_cell(kernel):
    cell = kernel.run("%sophchat -m DeepSeek-V3.2,no-such-model -o mixed Count to 3")
    assert cell.status == "ok"
    assert kernel.value("[one.ending for one in mixed]") == ["complete", "failed"]
    assert "✕ failed" in cell.text
    cell = kernel.run("%sophchat -m no-such-model,no-such-model-2 Count to 3")
    assert len(cell.errors) == 1


def test_values_prompts_and_repetitions_are_columns(kernel):
    kernel.run("first, second, far = 'Count to {far}', 'Count to 4', 3")
    kernel.run("%sophchat --prompt first,second --grid temperature=0,1 --repeat 2 -o many")
    assert kernel.value("many.to_frame().shape[0]") == 8
    assert kernel.value("[(one.prompt, one.settings['temperature']) for one in many.columns]") == [
        ("first", 0),
        ("first", 1),
        ("second", 0),
        ("second", 1),
    ]
    assert kernel.value("many[0].text, many[3, 1].text") == ("1, 2, 3.", "1, 2, 3, 4.")


def test_too_many_and_unknown_axes_send_nothing(kernel, sandbox):
    said = {
        f"{BOTH} --grid temperature=0,1 --repeat 7 hi": "28 answers",
        "--grid temprature=0,1 hi": "Did you mean temperature",
        "--grid temperature hi": "--grid takes NAME=A,B",
        "--prompt nobody hi": "there is no variable nobody",
        f"{BOTH} --budget 10-tokens hi": "2 answers may cost",
        "--keep 0 hi": "--keep needs a name",
        "-m A, hi": "-m takes names",
    }
    for line, words in said.items():
        assert words in kernel.run(f"%sophchat {line}").text
    assert sandbox.posted() == []


def test_a_conversation_goes_on_from_one_column_with_its_model(kernel, sandbox):
    kernel.run(f"%sophchat {BOTH} Count to 5")
    assert "kept [1] GLM-5" in kernel.run("%sophchat --keep 1 -c onward").text
    kernel.run("%sophchat -c onward Count to 6")
    body = sandbox.posted()[-1]
    assert body["model"] == "GLM-5"
    assert [turn["content"] for turn in body["messages"]] == [
        "Count to 5",
        "1, 2, 3, 4, 5.",
        "Count to 6",
    ]


def test_an_interrupt_keeps_what_had_come_of_all_columns(kernel):
    kernel.run(PRESS)
    both = "press_when(lambda: len([1 for one in cut_off if '1, 2' in one.text]) == 2)"
    cell = kernel.run(f"{both}\n%sophchat {BOTH} -o cut_off Count to 9000")
    assert [error["ename"] for error in cell.errors] == ["Stopped"]
    assert kernel.value("[one.ending for one in cut_off]") == ["stopped", "stopped"]
    assert kernel.value("all(one.text.startswith('1, 2') for one in cut_off)")
    assert "■ stopped" in cell.text


def test_in_the_background_the_comparison_is_there_at_once(kernel):
    kernel.run(f"%sophchat {BOTH} -b -o later Count to 60")
    assert kernel.run("await later").status == "ok"
    assert kernel.value("[one.ending for one in later]") == ["complete", "complete"]
    assert "2 of 2 answers" in kernel.run("%sophnet jobs").text


def test_a_comparison_in_the_background_is_listed_and_cancelled(kernel):
    kernel.run(f"%sophchat {BOTH} -b -o longer Count to 9000")
    assert "running" in kernel.run("%sophnet jobs").text
    assert kernel.run("%sophnet cancel all").status == "ok"
    # It may end a little after the cell that has cancelled it.
    kernel.run("await longer")
    assert kernel.value("[one.ending for one in longer]") == ["stopped", "stopped"]
    assert "stopped" in kernel.run("%sophnet jobs").text


def test_images_voices_and_what_was_read_are_compared(kernel, tmp_path):
    cell = kernel.run("%imagine a fox -m qwen-image,Qwen-Image-Edit-2509 --seed 7 -o foxes")
    assert cell.html.count("<img ") == 2, cell.text
    assert kernel.value("[one.images[0].seed for one in foxes]") == [7, 7]
    assert len(cell.outputs) == 1
    kernel.run("%speak Hello. --voice longwan,longcheng -o said")
    assert kernel.value("[bool(one.audio) for one in said]") == [True, True]
    kernel.run(f"foxes[0].save({str(tmp_path / 'fox.png')!r})")
    cell = kernel.run(f"%ocr {tmp_path / 'fox.png'} -m PaddleOCR-VL-0.9B,DeepSeek-OCR -o read")
    assert kernel.value("len(read)") == 2, cell.text
    for line in ("%imagine a fox -m a,b --save x/", "%speak Hi -v longwan,longcheng --save a.mp3"):
        assert "--save writes one" in kernel.run(line).text


def test_a_batch_run_saves_one_grid(start_kernel, sandbox):
    with start_kernel(SOPHNET_SANDBOX_URL=sandbox.root) as batch:
        cell = batch.run(f"%sophchat {BOTH} Count to 30", allow_stdin=False)
        assert len(cell.outputs) == 1
        assert cell.html.count("29, 30.") == 2
