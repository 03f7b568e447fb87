from __future__ import annotations

import base64
import io
import json

import av
import httpx2
import pytest
from PIL import Image

from sophnet_jupyter.sandbox.engines.pictures import video

SHORT = "/projects/easyllms/videogenerator/task"
LONG = "/projects/p/easyllms/videogenerator/task"
NEW = "/projects/easyllms/videogenerator/generate"
WORDS, PICTURE = "Wan2.2-T2V-A14B", "Wan2.2-I2V-A14B"
OLD_WORDS, OLD_PICTURE = "Wan2.1-T2V-14B", "Wan2.1-I2V-14B"


def png(width=640, height=480, colour="red", kind="PNG"):
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def body(prompt="a fox", *, model=WORDS, image="", negative="", **parameters):
    content = [{"type": "text", "text": prompt}]
    if negative:
        content[0]["negative_prompt"] = negative
    if image:
        content.append({"type": "image_url", "image_url": {"url": image}})
    return {"model": model, "content": content, "parameters": parameters, "easyllm_id": "e"}


def create(sandbox, prompt="a fox", *, path=SHORT, quirks="", **fields):
    headers = {"X-Sandbox-Quirks": quirks}
    return sandbox.http.post(path, json=body(prompt, **fields), headers=headers)


def looked(sandbox, task_id, *, path=SHORT, **switches):
    return sandbox.look(f"{path}/{task_id}", **switches)


def recorded(sandbox, prompt="a fox", **fields):
    task_id = create(sandbox, prompt, duration=1, **fields).text.strip()
    url = looked(sandbox, task_id)["content"]["video_url"]
    return httpx2.get(url, timeout=60, trust_env=False).content


def frames(data):
    """What a video is encoded as, and its pictures."""
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        found = [frame.to_image() for frame in container.decode(stream)]
        kind = stream.codec_context.name, stream.width, stream.height
        # Read while it is open: a closed container tells nothing.
        return kind, stream.average_rate, found


def differing(one, other):
    """The share of the pixels of two pictures that are not alike."""
    pairs = zip(one.convert("L").tobytes(), other.convert("L").tobytes(), strict=True)
    return sum(abs(a - b) > 24 for a, b in pairs) / (one.width * one.height)


@pytest.mark.parametrize("path", [SHORT, LONG])
def test_the_documents_task_is_a_plain_id_that_is_queued_runs_and_succeeds(
    started, eventually, path
):
    with started("--task-seconds", "3") as sandbox:
        begun = create(sandbox, path=path)
        assert begun.headers["content-type"].startswith("text/plain")
        task_id, words = begun.text.strip(), []

        def done():
            words.append(looked(sandbox, task_id, path=path)["status"])
            return words[-1] == "succeeded"

        eventually(done)
        assert list(dict.fromkeys(words)) == ["queued", "running", "succeeded"]
        answer = looked(sandbox, task_id, path=path)
        assert answer["id"] != task_id
        assert answer["usage"]["video_count"] == 1


def test_the_newer_task_is_in_an_envelope_and_its_failure_in_error(quick):
    begun = create(quick, path=NEW).json()
    assert (begun["status"], begun["message"]) == (0, "请求成功")
    task_id = begun["result"]["task_id"]
    answer = looked(quick, task_id, path=NEW)["result"]
    assert answer["status"] == "succeeded"
    assert answer["content"]["video_url"].startswith("http")
    failed = looked(quick, task_id, path=NEW, faults="task_fails")
    assert failed["status"] == 0
    assert failed["result"]["error"]["code"] == "DataInspectionFailed"


def test_a_video_is_h264_of_the_size_and_length_that_were_asked_for_and_moves(quick):
    kind, rate, found = frames(recorded(quick, seed="7", size="480*832"))
    assert kind == ("h264", 480, 832)
    assert len(found) == rate
    assert differing(found[0], found[-1]) > 0.02


def test_the_same_words_and_seed_make_the_same_video_and_no_others_do(quick):
    one = recorded(quick, seed="7")
    assert recorded(quick, seed=7) == one
    assert recorded(quick, seed="8") != one
    assert recorded(quick, "a hen", seed="7") != one


def test_a_video_does_not_depend_on_what_the_memory_held_before():
    take = video.Take(prompt="a fox", seed=7, size=(480, 272), seconds=1)
    made = set()
    for number in range(8):
        # Freed at once, so that the encoder is given memory that is not empty.
        [bytes([number * 36 + 1]) * size for size in range(2_000, 900_000, 9_000)].clear()
        made.add(video.encoded(take))
    assert len(made) == 1


def test_a_video_of_a_picture_begins_with_that_picture(quick):
    made = recorded(quick, model=PICTURE, image=png(800, 600, "#20a040"), seed="1")
    _, _, found = frames(made)
    red, green, _ = found[0].resize((1, 1)).getpixel((0, 0))
    assert green > 2 * red


def test_the_last_frame_is_given_where_it_is_asked_for(quick):
    task = create(quick, path=NEW, return_last_frame=True).json()["result"]["task_id"]
    content = looked(quick, task, path=NEW)["result"]["content"]
    picture = httpx2.get(content["last_frame_url"], timeout=60, trust_env=False).content
    assert Image.open(io.BytesIO(picture)).size == (832, 480)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"model": ""}, "model is required"),
        ({"model": "no-such-model"}, "not found"),
        ({"prompt": " "}, r"content[0].text"),
        ({"resolution": "480p"}, "does not support parameters.resolution"),
        ({"watermark": True}, "does not support parameters.watermark"),
        ({"ratio": "16:9"}, "does not support parameters.ratio"),
        ({"size": "7*7"}, "parameters.size must be one of"),
        ({"duration": 3}, "must be 1 or 5"),
        ({"seed": "seven"}, "parameters.seed"),
        ({"seed": str(2**32)}, "parameters.seed"),
        ({"model": OLD_WORDS, "size": "832*480"}, "does not support parameters.size"),
        ({"model": OLD_WORDS, "duration": 1}, "must be 5"),
        ({"model": OLD_WORDS, "negative": "birds"}, "does not support negative_prompt"),
        ({"model": OLD_WORDS, "resolution": "1080p"}, "480p or 720p"),
        ({"model": OLD_PICTURE, "image": png(), "ratio": "1:1"}, "16:9 or 9:16"),
        ({"model": PICTURE}, "needs an image_url"),
        ({"image": png()}, "takes no image_url"),
        ({"model": PICTURE, "image": "cat.png"}, "data URI"),
        ({"model": PICTURE, "image": "data:image/png;base64,AAAA"}, "no image of a kind"),
        ({"model": PICTURE, "image": png(300, 300)}, "the sides must be in"),
        ({"model": PICTURE, "image": png(1000, 400)}, "width by height"),
    ],
    ids=str,
)
def test_what_the_document_forbids_is_refused_by_name(quick, fields, says):
    prompt = fields.pop("prompt", "a fox")
    answer = create(quick, prompt, **fields)
    assert answer.status_code in (400, 404)
    assert says in answer.json()["message"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_pictures_of_all_documented_formats_are_taken(quick, kind):
    assert create(quick, model=PICTURE, image=png(301, 301, kind=kind)).status_code == 200


def test_the_path_with_a_project_demands_an_easyllm_id(quick):
    without = {name: value for name, value in body().items() if name != "easyllm_id"}
    assert quick.http.post(LONG, json=without).status_code == 400
    assert quick.http.post(SHORT, json=without).status_code == 200


def test_the_documents_sample_with_a_ratio_and_fps_is_taken_unless_strict(quick):
    fields = {"model": OLD_WORDS, "ratio": "16:9", "duration": 5, "fps": 16}
    assert create(quick, **fields).status_code == 200
    assert create(quick, quirks="strict_params", **fields).status_code == 400


@pytest.mark.parametrize(
    ("quirk", "path", "shape"),
    [
        ("video_id_json", SHORT, str),
        ("video_id_object", SHORT, dict),
        ("video_data", NEW, dict),
    ],
)
def test_the_id_of_a_new_task_has_several_forms(quick, quirk, path, shape):
    answer = json.loads(create(quick, path=path, quirks=quirk).content)
    assert isinstance(answer, shape)
    task_id = answer if shape is str else answer.get("taskId") or answer["data"]["task_id"]
    assert looked(quick, task_id)["status"] == "succeeded"


@pytest.mark.parametrize(
    ("switches", "word"),
    [
        ({"faults": "task_fails"}, "failed"),
        ({"faults": "task_canceled"}, "cancelled"),
        ({"faults": "task_never_ends"}, "running"),
        ({"quirks": "successed"}, "successed"),
    ],
)
def test_a_task_can_end_otherwise(quick, switches, word):
    answer = looked(quick, create(quick).text.strip(), **switches)
    assert answer["status"] == word
    assert ("content" in answer) == (word == "successed")
    assert None not in answer.values()


def test_a_failure_can_be_in_the_output_and_a_running_task_can_name_nothing(quick):
    task_id = create(quick).text.strip()
    failed = looked(quick, task_id, faults="task_fails", quirks="video_output")
    assert failed["output"]["code"] == "DataInspectionFailed"
    running = looked(quick, task_id, faults="task_never_ends", quirks="video_none")
    assert running["content"]["video_url"].endswith("/None")


def test_the_list_has_rows_of_several_shapes(quick):
    task_id = create(quick).text.strip()
    [row, *_] = quick.look(SHORT)
    assert row == {"task_id": task_id, "model": WORDS, "status": "succeeded"}
    [row, *_] = quick.look(LONG, quirks="list_output")
    assert row["output"]["task_id"] == task_id
    whole = quick.look(LONG, quirks="list_envelope")
    assert whole["result"][0]["task_id"] == task_id


def test_a_result_can_break_off(quick):
    task_id = create(quick, duration=1).text.strip()
    url = looked(quick, task_id, faults="result_broken")["content"]["video_url"]
    half = httpx2.get(url, timeout=60, trust_env=False).content
    with pytest.raises(av.error.InvalidDataError):
        frames(half)


def test_a_task_that_is_not_there_is_not_found(quick):
    assert quick.http.get(f"{SHORT}/nowhere").status_code == 404
    assert quick.http.get(f"{NEW}/nowhere").status_code == 404
