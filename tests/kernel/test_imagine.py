"""``%imagine``, ``%parse`` and ``%sophnet tasks`` in real kernels."""

from __future__ import annotations

import os
import signal

import pytest

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module")
def studio(start_sandbox):
    with start_sandbox("--task-seconds", "0.5") as sandbox:
        yield sandbox


def test_four_pictures_with_the_next_seeds_take_the_place_of_their_progress(own, studio):
    studio.forget()
    cell = own.run("%imagine a red fox in snow --seed 7 -n 4 -o foxes")
    [output] = cell.outputs
    assert output["data"]["text/html"].count("<figure") == 4
    assert "running" not in cell.text
    assert "sandbox ✓ complete · qwen-image" in cell.text
    assert sorted(body["parameters"]["seed"] for body in studio.posted()) == [7, 8, 9, 10]
    number = cell.reply["execution_count"]
    assert own.value(f"foxes is _ and foxes is Out[{number}]")
    assert own.value("[picture.seed for picture in foxes.images]") == [7, 8, 9, 10]
    early = [data["text/plain"] for _, _, data in cell.updates[:-1]]
    assert any("waiting in the queue" in words for words in early)
    assert len(cell.updates) <= 4 * (cell.updates[-1][0] - cell.updates[0][0]) + 3


def test_a_seed_is_chosen_and_said_where_none_is_given(own, studio):
    studio.forget()
    cell = own.run("%imagine a fox")
    [body] = studio.posted()
    assert f"seed {body['parameters']['seed']}" in cell.text


def test_the_prompt_stands_below_the_line_and_takes_values(own, studio):
    studio.forget()
    own.run("animal = 'hen'")
    cell = own.run("%%imagine --size 1664*928 --steps 4 --negative 'no fox'\na {animal}\n in snow")
    assert cell.status == "ok"
    [body] = studio.posted()
    assert body["input"] == {"prompt": "a hen\n in snow", "negative_prompt": "no fox"}
    assert "1664 × 928" in cell.text


def test_a_picture_of_the_notebook_can_be_changed(own, studio):
    own.run("%imagine a fox --seed 1 -o first")
    studio.forget()
    assert own.run("%imagine --image first -m edit at night").status == "ok"
    assert studio.posted() == [None] or len(studio.posted()[0]["input"]["images"]) == 1


def test_pictures_are_saved_where_the_line_says(own):
    cell = own.run("%imagine a fox --seed 7 -n 2 --save out/fox.png")
    assert "saved: out/fox-1.png, out/fox-2.png" in cell.printed()
    assert own.value("sorted(__import__('os').listdir('out'))") == ["fox-1.png", "fox-2.png"]


def test_a_picture_that_cannot_be_saved_is_shown_and_kept(own):
    own.run("open('taken', 'w').close()")
    cell = own.run("%imagine a fox --seed 7 --save taken/fox.png -o kept")
    assert "cannot be written" in cell.text + cell.printed("stderr")
    assert "<figure" in cell.html
    assert own.value("kept.images[0].size") == (1328, 1328)


def test_what_the_service_lists_is_resumed_though_nobody_wrote_it_down(own, studio):
    own.run("%imagine a heron --seed 3 -o heron")
    name = own.value("heron.images[0].task_id")
    own.run(f"%sophnet tasks forget {name}")
    assert "No task of that id" in own.run(f"%sophnet tasks resume {name}").text
    listed = own.run("%sophnet tasks --service")
    assert f">{name}</th>" in listed.html
    assert "qwen-image" in listed.text
    assert "not fetched yet" not in listed.text
    assert "<figure" in own.run(f"%sophnet tasks resume {name}").html
    assert name not in own.run("%sophnet tasks --service videos").text


def test_a_captured_picture_is_there_once(own):
    cell = own.run("%%capture cap\n%imagine a fox --seed 7")
    assert cell.outputs == []
    assert own.value("[sorted(output.data) for output in cap.outputs]") == [
        ["text/html", "text/plain"]
    ]


def test_a_response_can_be_shown_in_the_middle_of_a_cell(own):
    own.run("%imagine a fox --seed 7 -o fox")
    cell = own.run("fox.show()\nfox.images[0]")
    shown, result = cell.outputs
    assert "<figure" in shown["data"]["text/html"]
    assert "image/png" in result["data"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("%imagine", "Nothing to draw"),
        ("%imagine a fox -n 99", "1 to 16"),
        ("%imagine a fox --sed 7", "Did you mean --seed"),
        ("%imagine a fox --size large", "WIDTH*HEIGHT"),
        ("%imagine a fox --image lost.png", "lost.png"),
        ("%parse", "Name a file"),
        ("%parse lost.pdf", "There is no file"),
        ("%sophnet tasks resume nowhere", "No task of that id"),
        ("%sophnet tasks eat", "resume, cancel or forget"),
        ("%sophnet tasks --service image", "Did you mean images"),
    ],
)
def test_a_mistake_is_one_sentence_and_costs_nothing(own, studio, line, says):
    studio.forget()
    cell = own.run(line)
    assert cell.status == "error"
    assert says in cell.text + cell.printed("stderr")
    assert studio.posted() == []


def test_an_error_of_one_keeps_the_pictures_of_the_others(own):
    cell = own.run(f"%imagine a fox --seed {2**31 - 2} -n 3 -o some")
    [error] = cell.errors
    assert "parameters.seed" in str(error)
    assert own.value("[picture.seed for picture in some.images]") == [2**31 - 2, 2**31 - 1]
    assert "Seed 2147483648" in cell.text
    assert cell.html.count("<figure") == 2


def test_a_document_is_read_and_shown(own):
    own.run("open('my notes.txt', 'w').write('# Title\\n\\n- **one**\\n')")
    cell = own.run("%parse my notes.txt -o notes --save notes.md")
    assert ">Title</h1>" in cell.html
    assert own.value("(notes is _, open('notes.md').read() == notes.text)") == (True, True)


def test_an_interrupt_says_that_the_tasks_go_on_and_they_can_be_resumed(
    start_kernel, start_sandbox, tmp_path
):
    with (
        start_sandbox("--task-seconds", "8") as sandbox,
        start_kernel(SOPHNET_SANDBOX_URL=sandbox.root, cwd=tmp_path) as kernel,
    ):
        cell = kernel.run(
            "%imagine a fox --seed 7 -n 2", interrupt_after=lambda cell: "running" in cell.text
        )
        assert cell.seconds_to_idle < 10
        assert "■ stopped" in cell.text
        assert "goes on with 2 tasks" in cell.text
        [error] = cell.errors
        assert error["ename"] == "Stopped"
        assert kernel.run("%sophnet tasks").text.count("a fox · seed") == 2
        resumed = kernel.run("r = %sophnet tasks resume " + kernel.value(FIRST))
        assert "<figure" in resumed.html, (resumed.text, resumed.printed("stderr"), resumed.errors)
        assert kernel.value("len(r.images)") == 1
        assert kernel.run("%sophnet tasks").text.count("a fox · seed") == 1
        kernel.run("%sophnet tasks forget")
        assert "No task" in kernel.run("%sophnet tasks").printed()


FIRST = """(lambda s, j: s.connect(j).execute(
    "SELECT id FROM tasks WHERE NOT finished").fetchone()[0][:8])(
    __import__("sqlite3"), __import__("os").environ["SOPHNET_DATA_DIR"] + "/tasks.sqlite")"""


def test_a_task_outlives_a_kernel_that_was_killed(start_kernel, start_sandbox, tmp_path):
    # Longer than anybody takes to see that it has begun.
    with start_sandbox("--task-seconds", "6") as sandbox:
        settings = {"SOPHNET_SANDBOX_URL": sandbox.root}
        with start_kernel(cwd=tmp_path, **settings) as kernel:
            cell = kernel.send("%imagine an owl at night --seed 5")
            kernel.follow(lambda: "task " in cell.text)
            os.kill(kernel.pid, signal.SIGKILL)
        with start_kernel(cwd=tmp_path, **settings) as kernel:
            assert "an owl at night · seed 5" in kernel.run("%sophnet tasks").text
            cell = kernel.run("%sophnet tasks resume")
            assert "<figure" in cell.html
            assert kernel.value("_.images[0].size") == (1328, 1328)
            assert "No task" in kernel.run("%sophnet tasks").printed()
