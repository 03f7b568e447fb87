from __future__ import annotations

import base64
import importlib.util
import io
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import PIL.Image
import pytest

from sophnet_jupyter import Client
from sophnet_jupyter.errors import AnswerUnreadable, RequestRefused, SettingsError
from sophnet_jupyter.events import Finished, PageRead, Progress
from sophnet_jupyter.providers.sophnet.documents.ocr_answer import box, decode
from sophnet_jupyter.response import Response
from sophnet_jupyter.values.image import Image
from sophnet_jupyter.values.page import Block, Box
from sophnet_jupyter.wire.call import Reply

pytestmark = pytest.mark.anyio
LETTER = Path(__file__).parents[4] / "notebooks" / "files" / "letter.png"
reads = pytest.mark.skipif(
    importlib.util.find_spec("rapidocr") is None, reason="rapidocr is not installed"
)
ANSWER = {
    "status": 0,
    "message": "请求成功",
    "result": [{"label": "text", "texts": "测试", "position": "0,0,720,1920"}],
    "markdown": {"text": "测试"},
}
MEASURED = Reply(status=200, headers={}, body=b"{}")


@pytest.fixture
def echo() -> Iterator[SimpleNamespace]:
    """A server that keeps what it is asked and says what it is told to."""
    seen: list[dict[str, Any]] = []
    said = SimpleNamespace(body=ANSWER)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            seen.append(json.loads(self.rfile.read(length)) | {"path": self.path})
            body = json.dumps(said.body).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", seen=seen, said=said)
    server.shutdown()
    server.server_close()


def client_of(server: SimpleNamespace) -> Client:
    return Client(api_key="sandbox", base_url=server.url)


def white(width: int = 40, height: int = 30, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    PIL.Image.new("RGB", (width, height), "white").save(file, kind, **options)
    return file.getvalue()


@reads
async def test_a_picture_becomes_markdown_blocks_and_tables(sandbox: SimpleNamespace) -> None:
    async with client_of(sandbox) as client:
        response = await client.ocr.create(LETTER)
    assert response.ending == "complete"
    assert response.sandbox
    assert response.timing.first_token is None
    assert [block.label for block in response.blocks] == ["title", "text", "text", "table", "text"]
    assert [heading.text for heading in response.outline] == ["季度报告 Quarterly report"]
    [table] = response.tables
    assert list(table.columns) == ["地区 Region", "销售 Sales", "数量 Units"]
    assert table["销售 Sales"].sum() == pytest.approx(123.0)
    [page] = response.pages
    assert (page.name, page.size) == ("letter.png", (760, 560))
    assert page.image == LETTER.read_bytes()


@reads
async def test_several_are_read_and_one_that_fails_leaves_the_others(
    sandbox: SimpleNamespace, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(LETTER.read_bytes()[:900])
    async with client_of(sandbox) as client:
        response = await client.ocr.create([LETTER, white()], model="DeepSeek-OCR")
        assert [page.name for page in response.pages] == ["letter.png", "picture 2"]
        assert response.notices == ("No text was found in picture 2.",)
        with pytest.raises(SettingsError, match=r"broken\.png is damaged") as caught:
            await client.ocr.create([broken, LETTER])
    kept = caught.value.response
    assert isinstance(kept, Response)
    assert [page.name for page in kept.pages] == ["letter.png"]
    assert kept.notices[0].startswith("broken.png: broken.png is damaged")


async def test_only_what_is_given_is_sent(echo: SimpleNamespace) -> None:
    async with client_of(echo) as client:
        response = await client.ocr.create(white())
        await client.ocr.create(
            white(),
            model="DeepSeek-OCR",
            prompt="Free OCR.",
            prettify_markdown=False,
            show_formula_number=True,
            extra_body={"lang": "zh"},
        )
    first, second = echo.seen
    assert first.pop("image_url")["url"].startswith("data:image/png;base64,")
    path = "/projects/easyllms/image-ocr"
    assert first == {"model": "PaddleOCR-VL-0.9B", "type": "image_url", "path": path}
    second.pop("image_url")
    assert second == {
        "model": "DeepSeek-OCR",
        "type": "image_url",
        "prompt": "Free OCR.",
        "prettify_markdown": False,
        "show_formula_number": True,
        "lang": "zh",
        "path": path,
    }
    assert response.text == "测试"
    assert response.blocks == (Block(label="text", text="测试", box=Box(0, 0, 720, 1920)),)


async def test_the_path_with_a_project_carries_the_resource(
    echo: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_OCR_EASYLLM_ID", "e")
    async with Client(api_key="sandbox", base_url=echo.url, project_id="p") as client:
        await client.ocr.create(white())
    assert echo.seen[0]["path"] == "/projects/p/easyllms/image-ocr"
    assert echo.seen[0]["easyllm_id"] == "e"


async def test_a_photo_is_sent_upright_and_boxes_refer_to_that(echo: SimpleNamespace) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    async with client_of(echo) as client:
        response = await client.ocr.create(white(40, 30, "JPEG", exif=exif))
    assert response.pages[0].size == (30, 40)
    sent = base64.b64decode(echo.seen[0]["image_url"]["url"].partition(",")[2])
    assert PIL.Image.open(io.BytesIO(sent)).size == (30, 40)


async def test_whatever_a_notebook_has_as_a_picture_is_read(echo: SimpleNamespace) -> None:
    numpy = pytest.importorskip("numpy")
    made = Response(images=(Image(data=white(), mime="image/png"),) * 2)
    async with client_of(echo) as client:
        for image in (str(LETTER), PIL.Image.new("L", (40, 30)), numpy.zeros((40, 40), "uint8")):
            assert (await client.ocr.create(image)).text == "测试"
        assert len((await client.ocr.create(made)).pages) == 2
        events = [event async for event in client.ocr.stream(white())]
    assert [type(event) for event in events if not isinstance(event, Progress)][1:] == [
        PageRead,
        Finished,
    ]


async def test_of_a_scan_each_page_is_read_and_named(echo: SimpleNamespace, tmp_path: Path) -> None:
    file = io.BytesIO()
    pages = [PIL.Image.new("L", (40 + page, 30), 255) for page in range(3)]
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    path = tmp_path / "scan.tif"
    path.write_bytes(file.getvalue())
    async with client_of(echo) as client:
        response = await client.ocr.create([path, file.getvalue()], names=["", "fax"])
    assert [page.size for page in response.pages] == [(40, 30), (41, 30), (42, 30)] * 2
    names = [page.name for page in response.pages]
    assert names[:2] == ["scan.tif, page 1 of 3", "scan.tif, page 2 of 3"]
    assert names[5] == "fax, page 3 of 3"
    assert len(echo.seen) == 6
    assert not response.notices


async def test_an_address_is_fetched_without_the_key_and_one_that_fails_is_a_sentence(
    sandbox: SimpleNamespace,
) -> None:
    async with client_of(sandbox) as client:
        drawn = await client.images.create("a fox", model="qwen-image", seed=1)
        page = (await client.ocr.create(drawn.images[0].url)).pages[0]
        assert page.image == drawn.images[0].data
        with pytest.raises(SettingsError, match=r"example\.invalid was not fetched"):
            await client.ocr.create("https://example.invalid/page.png")
        with pytest.raises(SettingsError, match="was not fetched"):
            await client.ocr.create("http://127.0.0.1:9/page.png")


async def test_what_is_no_picture_is_not_sent(echo: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "a.png").write_bytes(b"%PDF-1.7")
    async with client_of(echo) as client:
        for image, says in (
            (tmp_path / "a.pdf", "is a document and no picture"),
            (tmp_path / "a.png", "is a PDF, not an image"),
            (tmp_path / "lost.png", "There is no file"),
            (b"", "is empty"),
            (white()[:40], "is damaged"),
            (square(12_000), "more than 40 megapixels"),
            (7, "A int is no image"),
        ):
            with pytest.raises(SettingsError, match=says):
                await client.ocr.create(image)
        with pytest.raises(SettingsError, match="Only DeepSeek-OCR takes a prompt"):
            await client.ocr.create(white(), prompt="x")
    assert echo.seen == []


async def test_a_refusal_is_raised_with_what_the_service_said(sandbox: SimpleNamespace) -> None:
    async with client_of(sandbox) as client:
        with pytest.raises(RequestRefused, match="model must be one of"):
            await client.ocr.create(white(), model="qwen")


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        ("1,2,30,40", (1, 2, 30, 40)),
        ([1, 2, 30, 40], (1, 2, 30, 40)),
        ("[1.4, 2.6, 30, 40]", (1, 3, 30, 40)),
        ("30,40,1,2", (1, 2, 30, 40)),
        ("1,2,3", None),
        ([1, 2, "3", 4], None),
        (None, None),
        ("", None),
        ([1e9, 0, 0, 0], None),
    ],
)
def test_a_place_is_text_or_an_array(position: object, expected: object) -> None:
    assert box(position) == expected


def test_every_shape_of_an_answer_is_read() -> None:
    inner = {"result": {"markdown": {"text": "a"}, "blocks": [{"label": "x", "text": "a"}]}}
    assert decode(inner, MEASURED) == ("a", (Block(label="x", text="a"),))
    assert decode({"result": [], "markdown": {"text": ""}}, MEASURED) == ("", ())
    assert decode({"code": 0, "result": {"markdown": "b"}}, MEASURED) == ("b", ())
    only = {"result": [{"texts": ["a", "b"]}, "odd", {"texts": "c"}]}
    assert decode(only, MEASURED)[0] == "a\nb\n\nc"
    with pytest.raises(AnswerUnreadable):
        decode({"result": None}, MEASURED)


def square(side: int) -> bytes:
    """The head of a PNG of so many pixels each way; nobody reads on."""
    file = io.BytesIO()
    PIL.Image.new("1", (8, 8)).save(file, "PNG")
    data = file.getvalue()
    import zlib

    head = b"IHDR" + side.to_bytes(4, "big") * 2 + data[24:29]
    return data[:12] + head + zlib.crc32(head).to_bytes(4, "big") + data[33:]
