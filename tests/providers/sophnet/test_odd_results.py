"""Results in other forms than the documents have are read for what they hold."""

from __future__ import annotations

import base64
import importlib.util
import io
import json

import pytest
from PIL import Image

from sophnet_jupyter.errors import AnswerUnreadable, DownloadFailed, TaskFailed
from sophnet_jupyter.files.images import check
from sophnet_jupyter.files.mp4 import check as check_film
from sophnet_jupyter.providers.sophnet.images.task import decode_task as image_task
from sophnet_jupyter.providers.sophnet.images.task import look
from sophnet_jupyter.providers.sophnet.inline import fetched
from sophnet_jupyter.providers.sophnet.speech.result import decode_task as speech_task
from sophnet_jupyter.providers.sophnet.videos.task import decode_begun
from sophnet_jupyter.providers.sophnet.videos.task import look as look_at_video
from sophnet_jupyter.sandbox.engines.pictures.video import Take
from sophnet_jupyter.sandbox.engines.pictures.video import encoded as film_of
from sophnet_jupyter.wire.call import Reply
from sophnet_jupyter.wire.files.receive import received

pytestmark = pytest.mark.anyio


def reply(body: object) -> Reply:
    return Reply(status=200, headers={}, body=json.dumps(body).encode())


@pytest.mark.parametrize(
    ("result", "texts"),
    [
        ("[0:01.000,0:02.000,0] one", ["one"]),
        (["[0:01.000,0:02.000,0] one", "two"], ["one", "two"]),
        ([{"text": "one"}, {"sentence": "two"}, {"other": 1}, 5, None], ["one", "two"]),
        ({"text": "one"}, ["one"]),
        ([], []),
    ],
)
def test_a_transcription_is_read_whatever_form_its_result_has(result, texts):
    told = {"taskId": "t", "status": "success", "result": result}
    body = told if not isinstance(result, dict) else {"status": 0, "result": told}
    assert [each.text for each in speech_task(reply(body)).sentences] == texts


@pytest.mark.parametrize(
    "row",
    [
        "https://a.org/1.png",
        " https://a.org/1.png\n",
        {"url": "https://a.org/1.png"},
        {"image_url": "https://a.org/1.png"},
        {"image_url": {"url": "https://a.org/1.png"}},
        {"imageUrl": {"url": "https://a.org/1.png"}},
    ],
)
def test_an_image_is_found_by_any_of_its_names(row):
    body = {"output": {"taskId": "t", "taskStatus": "SUCCEEDED", "results": [row, {}, 7, None]}}
    assert image_task(reply(body)).urls == ("https://a.org/1.png",)


def png(width: int = 4) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, 3)).save(file, "PNG")
    return file.getvalue()


CODED = base64.b64encode(png()).decode()
LINED = base64.encodebytes(png()).decode()


@pytest.mark.parametrize(
    "row",
    [
        {"b64_json": CODED},
        {"b64_json": LINED},
        {"b64_json": CODED.replace("+", "-").replace("/", "_").rstrip("=")},
        {"url": f"data:image/png;base64,{CODED}"},
        {"image_url": {"url": f"data:image/png;base64,{LINED}"}},
        {"image": CODED},
        f"data:image/png;base64,{CODED}",
        CODED,
    ],
)
def test_an_image_that_came_within_the_answer_is_read(row):
    [found] = image_task(done(row)).results
    assert (found.data, found.url, found.refused) == (png(), "", "")


@pytest.mark.parametrize("place", ["results", "images", "data"])
@pytest.mark.parametrize("alone", [True, False])
def test_results_stand_in_a_list_or_alone_under_several_names(place, alone):
    row = {"url": "https://a.org/1.png"}
    output = {"taskId": "t", "taskStatus": "SUCCEEDED", place: row if alone else [row]}
    assert image_task(reply({"output": output})).urls == ("https://a.org/1.png",)


def done(*rows):
    return reply({"output": {"taskId": "t", "taskStatus": "SUCCEEDED", "results": rows}})


REFUSED = {"code": "DataInspectionFailed", "message": "not with this hat"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (REFUSED, "not with this hat"),
        ({"url": "", "error": {"message": "too dark"}}, "too dark"),
        ({"url": None, "code": "Busy"}, "Busy"),
        ({"b64_json": "data:image/png;base64,???"}, "cannot be read"),
    ],
)
def test_an_image_that_was_refused_among_others_says_why(row, reason):
    first, second = image_task(done({"url": "https://a.org/1.png"}, row)).results
    assert first.url
    assert reason in second.refused


def test_when_all_were_refused_the_task_has_failed_for_that_reason():
    with pytest.raises(TaskFailed, match=r"without any image: not with this hat") as caught:
        look(done(REFUSED, REFUSED), "t")
    assert str(caught.value).count("with this hat") == 1


@pytest.mark.parametrize("word", ["COMPLETED", "IN_REVIEW", "已完成"])
def test_a_word_for_a_state_that_is_not_known_is_told(word):
    going_on = look(reply({"output": {"taskId": "t", "taskStatus": word}}), "t")
    assert not going_on.done
    assert f"{word!r}, a word that is not known here" in going_on.notice
    body = {"output": {"taskId": "t", "taskStatus": word, "results": ["https://a.org/1.png"]}}
    over = look(reply(body), "t")
    assert (over.done, over.notice) == (True, going_on.notice)
    _, video = look_at_video(reply({"status": word, "content": {"video_url": "https://a/1"}}), "t")
    assert (video.done, video.notice) == (True, going_on.notice)


@pytest.mark.parametrize("word", ["PENDING", "RUNNING", "QUEUED", "processing"])
def test_a_word_that_is_known_is_not_told(word):
    assert look(reply({"output": {"taskId": "t", "taskStatus": word}}), "t").notice == ""
    assert look_at_video(reply({"status": word}), "t")[1].notice == ""


@pytest.mark.parametrize(
    "said",
    ["余额不足", "系统繁忙，请稍后再试", "error", "null", "the model is busy", "<p>", True],
)
@pytest.mark.parametrize("name", ["taskId", "task_id", "id"])
def test_a_sentence_is_no_id_of_a_task(said, name):
    for body in ({name: said}, said, str(said)):
        with pytest.raises(AnswerUnreadable):
            decode_begun(reply(body))
    with pytest.raises(AnswerUnreadable):
        image_task(reply({"output": {name: said, "taskStatus": "PENDING"}}))
    with pytest.raises(AnswerUnreadable):
        speech_task(reply({name: said, "status": "waiting"}))


@pytest.mark.skipif(importlib.util.find_spec("av") is None, reason="av is not installed")
async def test_a_video_that_came_within_the_answer_is_read_and_no_address_of_it_is_kept():
    film = film_of(Take(prompt="a fox", seed=1, size=(320, 180), seconds=1))
    text = f"data:video/mp4;base64,{base64.b64encode(film).decode()}"
    for url in (text, {"url": f" {text}\n"}):
        body = {"status": "succeeded", "content": {"video_url": url}}
        task, state = look_at_video(reply(body), "t")
        assert (state.done, state.urls) == (True, ())
        found = await fetched(None, task.url, kinds=("video",), verify=check_film)
        assert (found.data, found.media.mime) == (film, "video/mp4")
    for odd in ("data:video/mp4;base64,é", "data:video/mp4", text[:200], f"data:,{CODED}"):
        with pytest.raises(DownloadFailed, match="The result was not fetched: it "):
            await fetched(None, odd, kinds=("video",), verify=check_film)


async def test_a_picture_within_the_answer_is_looked_at_as_one_that_is_fetched():
    kinds = ("image",)
    found = await received(png(), kinds=kinds, verify=check)
    assert (found.data, found.media.mime) == (png(), "image/png")
    for data, reason in [(png()[:40], "broken picture"), (b"RIFF....WAVEfmt ", "audio/wav")]:
        with pytest.raises(DownloadFailed, match=reason):
            await received(data, kinds=kinds, verify=check)
