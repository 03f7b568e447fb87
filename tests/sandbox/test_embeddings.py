from __future__ import annotations

import base64
import io
import json
import struct

import pytest
from PIL import Image

from sophnet_jupyter.sandbox.engines.pictures import drawing

SHORT = "/projects/easyllms/embeddings"
LONG = "/projects/p/easyllms/embeddings"
CLIP = "clip-embeddings"


def asked(sandbox, texts=("a red fox",), *, path=SHORT, quirks="", **fields):
    body = {"input_texts": list(texts), "dimensions": 1024, **fields}
    if path == LONG:
        body.setdefault("easyllm_id", "e")
    body = {name: value for name, value in body.items() if value != "left out"}
    return sandbox.http.post(
        path,
        content=json.dumps(body),
        headers={"X-Sandbox-Quirks": quirks, "Content-Type": "application/json"},
    )


def vectors(sandbox, texts, **fields):
    answer = asked(sandbox, texts, **fields).json()
    assert [row["index"] for row in answer["data"]] == list(range(len(answer["data"])))
    return [row["embedding"] for row in answer["data"]]


def near(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


def encoded(picture):
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


@pytest.mark.parametrize("path", [SHORT, LONG])
def test_the_answer_has_the_shape_of_the_documents_sample(sandbox, path):
    answer = asked(sandbox, ["你好", "很高兴认识你"], path=path).json()
    assert answer.keys() == {"id", "object", "usage", "data"}
    assert (answer["id"], answer["object"]) == ("", "list")
    assert [row["index"] for row in answer["data"]] == [0, 1]
    assert {len(row["embedding"]) for row in answer["data"]} == {1024}
    usage = answer["usage"]
    assert usage["prompt_tokens"] == usage["total_tokens"] > 1
    assert usage["completion_tokens"] is None


@pytest.mark.parametrize(
    ("text", "similar", "other"),
    [
        ("今天天气很好", "今天的天气真不错", "股票市场下跌"),
        ("How do I reset my password?", "I forgot my password", "A cat sat on the mat"),
        ("退货政策是什么", "我们的退货政策:七天内可以退货", "How to return an item"),
    ],
)
def test_texts_with_words_in_common_are_nearer_than_others(sandbox, text, similar, other):
    one, near_one, far_one = vectors(sandbox, [text, similar, other])
    assert near(one, near_one) > 0.2 > near(one, far_one)
    assert near(one, one) == pytest.approx(1, abs=1e-4)


def test_a_picture_is_near_the_words_in_it_and_the_name_of_its_colour(sandbox):
    order = drawing.Order(prompt="a lighthouse", seed=3, size=(664, 464))
    drawn = base64.b64encode(drawing.draw(order)).decode()
    plain = encoded(Image.new("RGB", (64, 64), "red"))
    lamp, fox, red, picture, ground = vectors(
        sandbox,
        ["the lighthouse", "a fox", "red"],
        model=CLIP,
        input_images=[drawn, plain],
    )
    assert near(picture, lamp) > 0.2 > near(picture, fox)
    assert near(ground, red) > 0.3 > near(ground, lamp)


def test_an_image_at_an_address_is_known_by_its_name_and_not_fetched(sandbox):
    address = "https://i.ibb.co/nQNGqL0/sunset-beach.jpg"
    text, image = vectors(sandbox, ["beach"], model=CLIP, input_images=[address])
    assert near(text, image) > 0.3


def test_clip_takes_images_alone_and_any_number_of_dimensions(sandbox):
    [one] = vectors(
        sandbox, [], model=CLIP, input_images=[encoded(Image.new("L", (9, 9)))], dimensions=77
    )
    assert len(one) == 77
    assert near(one, one) == pytest.approx(1, abs=1e-4)


def test_what_is_not_normalized_grows_with_the_text(sandbox):
    short, long = vectors(
        sandbox, ["fox", "a quick brown fox jumps over it"], model=CLIP, normalized=False
    )
    assert near(long, long) > 1.5 * near(short, short) > 1.5


def test_base64_holds_the_same_numbers_as_32_bit_floats(sandbox):
    [floats] = vectors(sandbox, ["fox"], model=CLIP, dimensions=64)
    [text] = vectors(sandbox, ["fox"], model=CLIP, dimensions=64, encoding_type="base64")
    assert struct.unpack("<64f", base64.b64decode(text)) == pytest.approx(floats, rel=1e-6)


@pytest.mark.parametrize(
    ("status", "says", "fields"),
    [
        (400, "input_texts is required", {"input_texts": "left out"}),
        (400, "not be empty", {"input_texts": []}),
        (400, "array of strings", {"input_texts": "fox"}),
        (400, "input_texts[1]", {"input_texts": ["fox", ""]}),
        (400, "input_texts[0]", {"input_texts": [7]}),
        (400, "at most 10 texts, not 11", {"input_texts": ["fox"] * 11}),
        (400, "at most 1 texts", {"input_texts": ["a", "b"], "model": "bge-m3"}),
        (400, "has 9000 tokens", {"input_texts": ["狐 " * 4500]}),
        (404, "is not found", {"model": "gpt-embeddings"}),
        (400, "one of 1024, 768", {"dimensions": 1000}),
        (400, "one of 1024, 768", {"dimensions": "1024"}),
        (400, "one of 1024, 768", {"dimensions": float("nan")}),
        (400, "one of 1024, 768", {"dimensions": True}),
        (400, "must be 1024", {"dimensions": 512, "model": "bge-m3"}),
        (400, "from 64 to 1024", {"dimensions": 63, "model": CLIP}),
        (400, "only taken by clip-embeddings", {"input_images": ["AAAA"]}),
        (400, "must be base64", {"input_images": ["data:image/png;base64,A"], "model": CLIP}),
        (400, "input_images[0] is no picture", {"input_images": ["AAAA"], "model": CLIP}),
        (400, "normalized", {"normalized": "yes", "model": CLIP}),
        (400, "encoding_type", {"encoding_type": "int4", "model": CLIP}),
    ],
    ids=str,
)
def test_what_the_document_forbids_is_refused_by_name(sandbox, status, says, fields):
    answer = asked(sandbox, **fields)
    assert answer.status_code == status
    assert says in answer.json()["message"]


def test_the_path_with_a_project_demands_an_easyllm_id_and_dimensions(sandbox):
    assert "easyllm_id" in asked(sandbox, path=LONG, easyllm_id="").json()["message"]
    assert asked(sandbox, path=LONG, dimensions="left out").status_code == 400
    assert asked(sandbox, easyllm_id="e", dimensions="left out").status_code == 200


def test_what_only_clip_takes_is_ignored_elsewhere_unless_strict(sandbox):
    assert asked(sandbox, normalized=True).status_code == 200
    refused = asked(sandbox, normalized=True, quirks="strict_params").json()
    assert "does not take normalized" in refused["message"]
    assert "unknown" in asked(sandbox, size=1, quirks="strict_params").json()["message"]


def test_shuffled_embeddings_say_where_they_belong(sandbox):
    straight = asked(sandbox, ["a", "b"]).json()["data"]
    shuffled = asked(sandbox, ["a", "b"], quirks="shuffled").json()["data"]
    assert shuffled == straight[::-1]
