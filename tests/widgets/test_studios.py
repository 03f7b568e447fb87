"""The kernel's side of the two studios, in front of a sandbox and without a browser."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from typing import Any

import PIL.Image
import pytest

from sophnet_jupyter.client import Client
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.kernel.loop import run
from sophnet_jupyter.providers.sophnet.images import images
from sophnet_jupyter.providers.sophnet.videos import request, videos
from sophnet_jupyter.values.image import Image
from sophnet_jupyter.values.video import Video
from sophnet_jupyter.widgets.studio import beginning, studio
from sophnet_jupyter.widgets.studio.image_studio import ImageStudio
from sophnet_jupyter.widgets.studio.studio import Studio
from sophnet_jupyter.widgets.studio.video_studio import VideoStudio
from sophnet_jupyter.widgets.uploads.uploads import Upload
from sophnet_jupyter.wire.poll import Pace

from ..waiting import wait


def picture(width: int = 400, height: int = 400) -> bytes:
    file = io.BytesIO()
    PIL.Image.new("RGB", (width, height), "red").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What a studio sends to the browser, which is the one part that is not here."""
    monkeypatch.setattr(images, "PACE", Pace(first=0.02))
    monkeypatch.setattr(videos, "PACE", Pace(first=0.02))
    messages: list[dict[str, Any]] = []

    def send(self: Studio, content: dict[str, Any], buffers: Any = None) -> None:
        # The form that a notebook keeps is told of at a time of its own.
        if content["kind"] != "twin":
            messages.append(content)

    monkeypatch.setattr(Studio, "send", send)
    return messages


@pytest.fixture
def pictures(sandbox: Any, sent: list[dict[str, Any]]) -> Iterator[ImageStudio]:
    panel = ImageStudio(Client(sandbox.key, sandbox.url))
    yield panel
    panel.close()


@pytest.fixture
def animating(sandbox: Any, sent: list[dict[str, Any]]) -> Iterator[VideoStudio]:
    panel = VideoStudio(Client(sandbox.key, sandbox.url))
    yield panel
    panel.close()


def command(panel: Studio, kind: str, **facts: Any) -> None:
    """A command as it comes on the panel's line."""
    panel._line.receive({"content": {"data": {"kind": kind, "view": "v", **facts}}, "buffers": []})


def errors(sent: list[dict[str, Any]]) -> list[str]:
    return [message["text"] for message in sent if message["kind"] == "error"]


def pieces(panel: Studio) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = panel.state()[0]["pieces"]
    return found


def settled(panel: Studio, count: int) -> bool:
    found = pieces(panel)
    ended = all(piece["phase"] != "working" for piece in found)
    return len(found) == count and ended and panel.phase == "ready"


def test_a_locked_seed_counts_on_and_an_open_one_is_chosen_and_told(
    pictures: ImageStudio, sent: list[dict[str, Any]]
) -> None:
    pictures.make("a fox", seed="7", locked=True, count=2, size="1024*1024")
    wait(lambda: settled(pictures, 2))
    assert sorted(made.seed for made in pictures.made) == [7, 8]
    assert pieces(pictures)[0]["figures"] == "1024 × 1024 · seed 7"
    pictures.make("a hen", seed="7", locked=False)
    wait(lambda: settled(pictures, 3))
    told = next(m["form"] for m in reversed(sent) if m["kind"] == "form")
    assert told["seed"] == str(pictures.made[-1].seed)
    assert pictures.made[-1].seed != 7


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"prompt": " "}, "the prompt is empty"),
        ({"prompt": "x", "count": 99}, "1 to 8 images"),
        ({"prompt": "x", "count": "many"}, "whole number"),
        ({"prompt": "x", "seed": "seven", "locked": True}, "The seed is a whole number"),
        ({"prompt": "x", "seed": str(2**31), "locked": True}, "A seed goes from 0"),
        ({"prompt": "x", "size": "large"}, "WIDTH*HEIGHT"),
        ({"prompt": "x", "steps": "-1"}, "steps must be at least 1"),
    ],
    ids=str,
)
def test_a_form_that_cannot_be_right_is_one_sentence_and_no_piece(
    pictures: ImageStudio, sent: list[dict[str, Any]], form: dict[str, Any], says: str
) -> None:
    command(pictures, "make", form=form)
    wait(lambda: errors(sent))
    assert says in errors(sent)[0]
    assert pieces(pictures) == []


def test_an_empty_field_leaves_what_the_panel_was_made_with(
    sandbox: Any, sent: list[dict[str, Any]], seen: Callable[[], list[dict[str, Any]]]
) -> None:
    client = Client(sandbox.key, sandbox.url)
    drawing = ImageStudio(client, size="1024*1024", steps=9)
    moving = VideoStudio(client, model="Wan2.2-T2V-A14B", size="480*832", duration=1, seed=5)
    drawing.make("a fox", steps=4)
    moving.make("it runs")
    wait(lambda: settled(drawing, 1) and settled(moving, 1))
    asked = [each["body"]["parameters"] for each in seen() if each["method"] == "POST"]
    picture = next(each for each in asked if "steps" in each)
    assert (picture["size"], picture["steps"]) == ("1024*1024", 4)
    video = next(each for each in asked if "duration" in each)
    assert (video["size"], video["duration"], video["seed"]) == ("480*832", 1, "5")
    drawing.close()
    moving.close()


def test_a_failure_is_its_pieces_own(pictures: ImageStudio) -> None:
    pictures.make("a fox", size="70*70")
    wait(lambda: settled(pictures, 1))
    assert pieces(pictures)[0]["phase"] == "failed"
    assert "parameters.size" in pieces(pictures)[0]["error"]
    html, words = pictures.still()
    assert "parameters.size" in html
    assert "parameters.size" in words


def test_a_picture_is_animated_and_both_are_in_the_still_form(pictures: ImageStudio) -> None:
    pictures.make("a <b>fox</b>", seed="7", locked=True)
    wait(lambda: settled(pictures, 1))
    command(pictures, "animate", piece=pieces(pictures)[0]["id"], text="it runs")
    wait(lambda: settled(pictures, 2))
    shown, video = pictures.made
    assert isinstance(shown, Image)
    assert isinstance(video, Video)
    assert video.poster
    html, words = pictures.still()
    assert html.count("<figure") == html.count("<video") == 1
    assert "<b>fox" not in html
    assert "Made by the sandbox" in html
    assert "[video] it runs · sandbox · 832 × 480" in words


def test_more_than_four_wait_their_turn_and_one_that_waits_can_be_cancelled(
    pictures: ImageStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures.make("a fox", count=6)
    wait(lambda: len(pieces(pictures)) == 6)
    command(pictures, "cancel", piece=pieces(pictures)[-1]["id"])
    wait(lambda: settled(pictures, 6))
    assert [piece["phase"] for piece in pieces(pictures)].count("ready") >= 4


def test_the_gallery_forgets_the_oldest_and_what_is_removed(
    pictures: ImageStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "MOST", 2)
    for seed in ("1", "2", "3"):
        pictures.make("a fox", seed=seed, locked=True)
        wait(lambda: [made.seed for made in pictures.made][-1:] == [int(seed)])  # noqa: B023
        wait(lambda: settled(pictures, min(int(seed), 2)))  # noqa: B023
    assert [made.seed for made in pictures.made] == [2, 3]
    command(pictures, "remove", piece=pieces(pictures)[0]["id"])
    wait(lambda: len(pieces(pictures)) == 1)


def test_a_variable_needs_a_name_and_a_notebook(
    pictures: ImageStudio, sent: list[dict[str, Any]]
) -> None:
    pictures.make("a fox")
    wait(lambda: settled(pictures, 1))
    for name in ("2x", "class", "fox"):
        command(pictures, "take", piece=pieces(pictures)[0]["id"], name=name)
    command(pictures, "take", piece="gone", name="fox")
    wait(lambda: len(errors(sent)) == 4)
    assert "'2x' cannot be the name" in errors(sent)[0]
    assert "'class' cannot be the name" in errors(sent)[1]
    assert "no notebook" in errors(sent)[2]
    assert "not in the gallery" in errors(sent)[3]


def test_a_video_is_made_of_what_was_dropped_with_a_model_for_that(animating: VideoStudio) -> None:
    with pytest.raises(SettingsError, match="make it larger"):
        run(animating._beginning._received(Upload("small.png", picture(200, 200), size=1)))
    with pytest.raises(SettingsError, match="not an image"):
        run(animating._beginning._received(Upload("liar.png", b"no image", size=8)))
    assert animating.state()[0]["image"] == ""
    run(animating._beginning._received(Upload("red.png", picture(), size=1)))
    assert animating.state()[0]["image"] == "red.png"
    animating.make("it grows", model="Wan2.2-I2V-A14B", duration="1", seed="7")
    wait(lambda: settled(animating, 1))
    [video] = animating.made
    assert video.poster.data == picture()
    assert video.seed == 7
    assert video.seconds == 1
    command(animating, "drop-image")
    wait(lambda: animating.state()[0]["image"] == "")


def test_a_picture_is_decoded_beside_the_loop_that_all_connections_need(
    animating: VideoStudio, pictures: ImageStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: dict[str, set[threading.Thread]] = {"small": set(), "frame": set()}

    def noted(module: Any, name: str) -> None:
        real = getattr(module, name)

        def note(*arguments: Any) -> Any:
            threads[name].add(threading.current_thread())
            return real(*arguments)

        monkeypatch.setattr(module, name, note)

    noted(beginning.images, "small")
    noted(request, "frame")
    run(animating._beginning._received(Upload("red.png", picture(), size=1)))
    animating.make("it grows", duration="1", seed="7")
    wait(lambda: settled(animating, 1))
    pictures.make("a fox")
    wait(lambda: settled(pictures, 1))
    command(pictures, "animate", piece=pieces(pictures)[0]["id"], text="it runs")
    wait(lambda: settled(pictures, 2))
    assert all(threads.values())
    assert run(current()) not in threads["small"] | threads["frame"]


async def current() -> threading.Thread:
    return threading.current_thread()


def test_what_a_model_does_not_take_is_said_before_there_is_a_piece(
    animating: VideoStudio, sent: list[dict[str, Any]]
) -> None:
    forms = [
        {"prompt": ""},
        {"prompt": "x", "duration": "long"},
        {"prompt": "x", "model": "Wan2.1-T2V-14B", "negative": "birds"},
        {"prompt": "x", "model": "Wan2.1-I2V-14B"},
        {"prompt": "x", "seed": "seven"},
    ]
    for form in forms:
        command(animating, "make", form=form)
    wait(lambda: len(errors(sent)) == len(forms))
    words = ("needs words", "in seconds", "takes no negative", "begins with a picture", "whole")
    for word in words:
        assert sum(word in error for error in errors(sent)) == 1
    assert pieces(animating) == []


def test_the_form_is_told_what_each_model_takes(animating: VideoStudio) -> None:
    known = {model["name"]: model for model in animating.state()[0]["models"]}
    assert known["Wan2.1-I2V-14B"]["ratio"] == ("16:9", "9:16")
    assert known["Wan2.1-T2V-14B"]["size"] == ()
    assert known["Wan2.2-T2V-A14B"]["duration"] == ["1", "5"]


def test_a_studio_without_a_client_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (ImageStudio, VideoStudio):
        monkeypatch.setattr(kind, "make_client", None)
        with pytest.raises(SettingsError, match=r"Studio\(sophnet_jupyter.Client\(\)\)"):
            kind()


@pytest.mark.parametrize("kind", ["pictures", "animating"])
def test_a_task_that_the_service_lists_is_fetched_into_the_gallery(
    kind: str, request: pytest.FixtureRequest, sent: list[dict[str, Any]]
) -> None:
    panel: Studio = request.getfixturevalue(kind)
    form = {"prompt": "a heron", "model": "Wan2.2-T2V-A14B"} if kind == "animating" else {}
    command(panel, "make", form={"prompt": "a heron", **form})
    wait(lambda: settled(panel, 1))
    name = pieces(panel)[0]["task"]
    command(panel, "list-tasks")
    wait(lambda: sent[-1]["kind"] == "tasks")
    assert name in [row["id"] for row in sent[-1]["rows"]]
    command(panel, "remove", piece=pieces(panel)[0]["id"])
    wait(lambda: not pieces(panel))
    command(panel, "fetch-task", task=name)
    wait(lambda: settled(panel, 1) and pieces(panel)[0]["task"] == name)
    assert pieces(panel)[0]["phase"] == "ready"
    assert panel.made[-1].data
