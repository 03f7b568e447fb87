from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from sophnet_jupyter import Client
from sophnet_jupyter.errors import KeyRejected, SettingsError, SophNetError
from sophnet_jupyter.events import Finished, PageRead, Progress

pytestmark = pytest.mark.anyio


def client_of(sandbox: SimpleNamespace, key: str = "sandbox") -> Client:
    return Client(api_key=key, base_url=sandbox.url)


async def test_a_document_becomes_markdown(sandbox: SimpleNamespace, tmp_path: Path) -> None:
    path = tmp_path / "讲义.txt"
    path.write_text("# 你好\n", encoding="utf-8")
    async with client_of(sandbox) as client:
        response = await client.documents.parse(path)
        assert (response.text, response.ending) == ("# 你好\n", "complete")
        assert (await client.documents.parse(str(path))).text == response.text
        with path.open("rb") as file:
            assert (await client.documents.parse(file)).text == response.text
        assert (await client.documents.parse(b"x", filename="a.TXT")).text == "x"


async def test_its_upload_is_followed(sandbox: SimpleNamespace, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"0123456789" * 1_000_000)
    async with client_of(sandbox) as client:
        events = [event async for event in client.documents.stream(path)]
    fractions = [event.fraction for event in events if isinstance(event, Progress)]
    assert fractions == sorted(fractions)
    assert isinstance(events[-2], PageRead)
    assert isinstance(events[-1], Finished)


async def test_what_the_service_does_not_take_is_not_sent(tmp_path: Path) -> None:
    nowhere = SimpleNamespace(url="http://127.0.0.1:9/api")
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(50_000_000)
    async with client_of(nowhere) as client:
        for document, name, says in (
            (b"x", "a.csv", "pdf, docx, doc, xlsx, pptx, txt"),
            (b"x", "a.png", "is a picture and no document"),
            (b"x", "a.DOCM", r"may hold macros.*save it as \.docx"),
            (b"x", "", "no document"),
            (b"", "a.txt", "empty"),
            (large, "", "50,000,000 bytes, and the service takes no more than 49,999,999 bytes"),
            (tmp_path / "lost.pdf", "", "There is no file"),
            (tmp_path, "", "is a folder"),
        ):
            with pytest.raises(SettingsError, match=says):
                await client.documents.parse(document, filename=name)


async def test_a_refusal_is_raised(sandbox: SimpleNamespace) -> None:
    async with client_of(sandbox, key="wrong") as client:
        with pytest.raises(KeyRejected):
            await client.documents.parse(b"x", filename="a.txt")


async def test_the_path_with_a_project_carries_the_resource(
    sandbox: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_DOCUMENTS_EASYLLM_ID", "e")
    async with Client(api_key="sandbox", base_url=sandbox.url, project_id="p") as client:
        assert (await client.documents.parse(b"x", filename="a.txt")).text == "x"


async def test_several_are_read_in_their_order_and_one_that_fails_leaves_the_others(
    sandbox: SimpleNamespace, tmp_path: Path
) -> None:
    good, broken, empty = tmp_path / "a.txt", tmp_path / "b.docx", tmp_path / "c.txt"
    good.write_text("# A\n", encoding="utf-8")
    broken.write_bytes(b"PK\x03\x04broken")
    empty.write_text("\n", encoding="utf-8")
    async with client_of(sandbox) as client:
        response = await client.documents.parse([empty, good])
        assert [page.name for page in response.pages] == ["c.txt", "a.txt"]
        assert [heading.text for heading in response.outline] == ["A"]
        assert "No text was found in c.txt" in response.notices[0]
        with pytest.raises(SophNetError) as caught:
            await client.documents.parse([broken, good])
    assert [page.name for page in caught.value.response.pages] == ["a.txt"]
    assert caught.value.response.notices[0].startswith("b.docx: ")


async def test_a_parse_has_no_first_token(sandbox: SimpleNamespace) -> None:
    async with client_of(sandbox) as client:
        response = await client.documents.parse(b"x", filename="a.txt")
    assert response.timing.first_token is None
    assert response.timing.total > 0
