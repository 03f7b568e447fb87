"""``%animate`` in real kernels."""

from __future__ import annotations

import os
import signal

import pytest

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module")
def studio(start_sandbox):
    with start_sandbox("--task-seconds", "0.2") as sandbox:
        yield sandbox


def test_in_a_notebook_the_cell_returns_at_once_and_the_video_comes_below_it(own, studio):
    studio.forget()
    cell = own.run("%animate a red fox in snow --duration 1 --seed 7 -o video")
    assert cell.status == "ok"
    own.follow(lambda: "<video" in cell.html)
    [body] = studio.posted()
    assert body["model"] == "Wan2.2-T2V-A14B"
    assert body["parameters"] == {"duration": 1, "seed": "7"}
    assert "832 × 480 · 1.0 s · 16 fps · seed 7" in cell.text
    assert "sandbox" in cell.text
    assert "%%animate -m Wan2.2-T2V-A14B --duration 1 --seed 7" in cell.text
    assert own.value("(video.videos[0].seconds, video.ending)") == (1.0, "complete")


def test_a_cell_may_wait_and_save(own):
    cell = own.run("r = %animate --wait --duration 1 --save out/ a hen runs")
    assert cell.status == "ok"
    assert "<video" in cell.html
    assert "/out/a-hen-runs-" in cell.printed()
    [name] = own.value("__import__('os').listdir('out')")
    assert own.value(f"open('out/{name}', 'rb').read() == r.videos[0].data") is True


def test_a_picture_of_the_notebook_is_animated_and_the_prompt_takes_values(own, studio):
    own.run("%imagine a fox --seed 1 -o first")
    own.run("animal = 'fox'")
    studio.forget()
    cell = own.run("%%animate --image first --wait --duration 1 --negative 'no rain'\na {animal}")
    assert cell.status == "ok"
    assert ' poster="data:image/webp' in cell.html
    assert own.value("_.model") == "Wan2.2-I2V-A14B"
    assert own.value("_.videos[0].prompt") == "a fox"
    assert own.value("_.videos[0].poster.data == first.images[0].data") is True


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("%animate", "Nothing to animate"),
        ("%animate a fox --sed 7", "Did you mean --seed"),
        ("%animate a fox --size large", "WIDTH*HEIGHT"),
        ("%animate a fox --size 70*70", "is one of 832*480"),
        ("%animate a fox --resolution 480p", "takes no resolution, but size"),
        ("%animate a fox --duration 60", "one of 1, 5, not 60"),
        ("%animate a fox --seed -1", "whole number"),
        ("%animate a fox -b -w", "Either --background or --wait"),
        ("%animate a fox --image lost.png", "lost.png"),
        ("%animate a fox --image small.png", "make it larger"),
        ("%animate a fox --image broken.png", "damaged"),
        ("%animate a fox --image pair", "begins with one picture"),
    ],
)
def test_a_mistake_is_one_sentence_at_once_and_costs_nothing(own, studio, line, says):
    own.run(
        "from PIL import Image\nImage.new('RGB', (200, 200)).save('small.png')\n"
        "data = open('small.png', 'rb').read()\n"
        "open('broken.png', 'wb').write(data[:60])\n"
        "pair = [Image.new('RGB', (400, 400))] * 2"
    )
    studio.forget()
    cell = own.run(line)
    assert cell.status == "error"
    assert says in cell.text + cell.printed("stderr")
    assert "Traceback" not in cell.text
    assert studio.posted() == []


def test_an_interrupt_keeps_the_task_and_it_can_be_resumed(start_kernel, start_sandbox, tmp_path):
    with (
        start_sandbox("--task-seconds", "3") as sandbox,
        start_kernel(SOPHNET_SANDBOX_URL=sandbox.root, cwd=tmp_path) as kernel,
    ):
        cell = kernel.run(
            "%animate a fox --wait --duration 1 --seed 7",
            interrupt_after=lambda cell: "running" in cell.text,
        )
        assert "goes on with the task" in cell.text
        [error] = cell.errors
        assert error["ename"] == "Stopped"
        assert "a fox · seed 7" in kernel.run("%sophnet tasks").text
        assert "<video" in kernel.run("%sophnet tasks resume").html
        assert kernel.value("_.videos[0].seconds") == 1.0


def test_a_video_outlives_a_kernel_that_was_killed(start_kernel, start_sandbox, tmp_path):
    # Longer than anybody takes to see that it has begun.
    with start_sandbox("--task-seconds", "1.5") as sandbox:
        settings = {"SOPHNET_SANDBOX_URL": sandbox.root}
        with start_kernel(cwd=tmp_path, **settings) as kernel:
            cell = kernel.send("%animate an owl at night --seed 5 --duration 1")
            kernel.follow(lambda: "task " in cell.text)
            os.kill(kernel.pid, signal.SIGKILL)
        with start_kernel(cwd=tmp_path, **settings) as kernel:
            assert "an owl at night · seed 5" in kernel.run("%sophnet tasks").text
            assert "<video" in kernel.run("%sophnet tasks resume").html
            assert "No task" in kernel.run("%sophnet tasks").printed()


def test_a_failure_below_a_cell_that_has_ended_is_one_sentence(start_kernel, start_sandbox):
    with (
        start_sandbox("--task-seconds", "0", "--fault", "task_fails") as sandbox,
        start_kernel(SOPHNET_SANDBOX_URL=sandbox.root) as kernel,
    ):
        cell = kernel.run("%animate a fox")
        kernel.follow(lambda: "the prompt was not allowed" in cell.text)
        assert "Traceback" not in cell.text
