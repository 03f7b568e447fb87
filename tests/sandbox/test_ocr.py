"""``image-ocr`` of the sandbox: real pixels read, in the shapes of both models."""

from __future__ import annotations

import base64
import importlib.util
import io
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from sophnet_jupyter.sandbox.engines import Missing
from sophnet_jupyter.sandbox.engines.pictures import reading

SHORT = "/projects/easyllms/image-ocr"
LONG = "/projects/p/easyllms/image-ocr"
LETTER = (Path(__file__).parents[2] / "notebooks" / "files" / "letter.png").read_bytes()
has_engine = importlib.util.find_spec("rapidocr") is not None
reads = pytest.mark.skipif(not has_engine, reason="rapidocr is not installed")


def uri(data: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def ask(sandbox, data=LETTER, *, path=SHORT, quirks="", **fields):
    body = {
        "model": "PaddleOCR-VL-0.9B",
        "type": "image_url",
        "image_url": {"url": data if isinstance(data, str) else uri(data)},
        **fields,
    }
    headers = {"X-Sandbox-Quirks": quirks}
    return sandbox.http.post(path, json=body, headers=headers, timeout=60)


@reads
def test_chinese_and_english_are_read_from_pixels_as_blocks_with_places(sandbox):
    answer = ask(sandbox).json()
    assert (answer["status"], answer["message"]) == (0, "请求成功")
    found = answer["result"]
    assert [block["label"] for block in found] == ["title", "text", "text", "table", "text"]
    assert "季度报告" in found[0]["texts"]
    assert found[1]["texts"].startswith("第三季度北方地区的销售额增长了百分之十二")
    assert found[2]["texts"] == (
        "Sales rose in the north and fell in the south. The main reason was a lack of stock."
    )
    assert "<td>北方 North</td><td>41.5</td><td>5</td>" in found[3]["texts"]
    for block in found:
        left, top, right, bottom = map(int, block["position"].split(","))
        assert 0 <= left < right <= 760
        assert 0 <= top < bottom <= 560
    assert answer["markdown"]["text"].startswith("# 季度报告")


@reads
def test_deepseek_gives_the_page_in_one_block_unless_asked_where_things_stand(sandbox):
    [block] = ask(sandbox, model="DeepSeek-OCR").json()["result"]
    assert block["position"] == "0,0,760,560"
    assert "41.5" in block["texts"]
    grounded = ask(sandbox, model="DeepSeek-OCR", prompt="<|grounding|>Convert to markdown.")
    assert len(grounded.json()["result"]) == 5


@reads
def test_a_place_can_be_four_numbers_and_a_table_be_left_plain(sandbox):
    answer = ask(sandbox, quirks="position_array", prettifyMarkdown=False).json()
    assert all(type(side) is int for side in answer["result"][0]["position"])
    assert "<div" not in answer["markdown"]["text"]
    assert "<div" in ask(sandbox).json()["markdown"]["text"]


@reads
def test_an_empty_page_has_no_blocks(sandbox):
    file = io.BytesIO()
    Image.new("RGB", (200, 120), "white").save(file, "PNG")
    answer = ask(sandbox, file.getvalue()).json()
    assert (answer["result"], answer["markdown"]) == ([], {"text": ""})


@reads
def test_other_requests_are_answered_while_a_picture_is_read(sandbox):
    file = io.BytesIO()
    # One that it does not know yet.
    Image.open(io.BytesIO(LETTER)).resize((700, 516)).convert("RGB").save(file, "PNG")
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(ask, sandbox, file.getvalue())
        meanwhile = 0
        while not answer.done():
            sandbox.http.get("/v1/models")
            meanwhile += not answer.done()
        # One may have come before the picture did.
        assert meanwhile > 1
        assert answer.result().status_code == 200


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"model": "qwen"}, "model must be one of PaddleOCR-VL-0.9B"),
        ({"type": "image"}, 'type must be "image_url"'),
        ({"image_url": {}}, "image_url.url is required"),
        ({"image_url": {"url": "https://example.org/a.png"}}, "fetches nothing"),
        ({"image_url": {"url": "data:image/png;base64,%%%"}}, "not base64"),
        ({"image_url": {"url": "data:text/plain;base64,aGk="}}, "data:image/jpeg;base64"),
        ({"prettify_markdown": "yes"}, "prettify_markdown must be true or false"),
        ({"showFormulaNumber": 1}, "show_formula_number must be true or false"),
        ({"path": LONG}, "easyllm_id is required"),
        ({"quirks": "strict_params", "colour": 1}, "unknown parameter colour"),
        ({"quirks": "strict_params", "prompt": "x"}, "only DeepSeek-OCR takes a prompt"),
    ],
)
def test_what_is_wrong_is_refused_by_its_name(sandbox, fields, says):
    answer = ask(sandbox, **fields)
    assert answer.status_code == 400
    assert says in answer.json()["message"]


@reads
def test_a_broken_picture_and_one_of_too_many_pixels_are_refused_and_not_a_fault(sandbox):
    assert "no picture" in ask(sandbox, b"not a picture").json()["message"]
    assert "broken" in ask(sandbox, LETTER[:2000]).json()["message"]
    huge = ask(sandbox, square(12_000))
    assert huge.status_code == 400
    assert "12,000 × 12,000 pixels" in huge.json()["message"]


def test_a_missing_engine_is_named_with_what_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    monkeypatch.setattr(reading, "_reader", reading._reader.__wrapped__)
    with pytest.raises(Missing, match=r'needs rapidocr.*pip install "sophnet-jupyter\[engines\]"'):
        reading.read(square(64))


@reads
def test_a_chat_names_the_words_and_colours_of_a_picture(sandbox):
    parts = [
        {"type": "text", "text": "describe this picture"},
        {"type": "image_url", "image_url": {"url": uri(LETTER)}},
    ]
    body = {"model": "m", "messages": [{"role": "user", "content": parts}]}
    answer = sandbox.http.post("/v1/chat/completions", json=body, timeout=60).json()
    text = answer["choices"][0]["message"]["content"]
    assert "760 × 560 pixels" in text
    assert "mostly white" in text
    assert "Quarterly report" in text


def square(side: int) -> bytes:
    """A PNG of so many white pixels each way, of a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + check

    head = side.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    row = b"\0" + b"\xff" * ((side + 7) // 8)
    pixels = zlib.compress(row * side, 9)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts
