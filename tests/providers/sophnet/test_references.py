from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from sophnet_jupyter import Client
from sophnet_jupyter.errors import NotFound, SettingsError
from sophnet_jupyter.events import Reference
from sophnet_jupyter.files.kinds import Media
from sophnet_jupyter.providers.sophnet.references import fetch
from sophnet_jupyter.wire.files.download import Downloader
from sophnet_jupyter.wire.files.receive import Download

pytestmark = pytest.mark.anyio


class Elsewhere:
    """Stands for the open web, and notes what was asked of it."""

    def __init__(self, said: str = "text/html") -> None:
        self.said = said
        self.asked: list[str] = []

    async def fetch(self, url: str, **options: Any) -> Download:
        self.asked.append(url)
        media = Media("document", ".html", "text/html")
        return Download(media=media, size=3, data="页".encode(), said=self.said)


@pytest.fixture
async def client(sandbox: SimpleNamespace) -> AsyncIterator[Client]:
    async with Client(api_key=sandbox.key, base_url=sandbox.url) as client:
        yield client


async def cited(client: Client) -> list[Reference]:
    return list((await client.chat.create("hi", model="custom:handbook")).references)


async def test_files_and_questions_are_fetched_with_the_key(client: Client) -> None:
    elsewhere: Any = Elsewhere()
    file, questions, _ = await cited(client)
    assert "server-sent events" in str(await fetch(client.chat._wire, elsewhere, file))
    assert "closes the connection" in str(await fetch(client.chat._wire, elsewhere, questions))
    assert elsewhere.asked == []


async def test_a_page_of_the_web_never_sees_the_key(
    client: Client, sandbox: SimpleNamespace
) -> None:
    *_, web = await cited(client)
    downloads = Downloader(client._network, allowed_origins=lambda: [sandbox.root])
    # The sandbox refuses this address with 400 to whoever shows it a key.
    assert "page about sse" in str(await fetch(client.chat._wire, downloads, web))


async def test_a_reference_of_an_answer_fetches_itself(
    client: Client, sandbox: SimpleNamespace
) -> None:
    file, *_ = await cited(client)
    assert "server-sent events" in str(await file.fetch())
    assert sandbox.key not in repr(file)
    with pytest.raises(SettingsError, match="reference of an answer"):
        await Reference(index=1, url=file.url).fetch()


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("页".encode("gb18030"), "text/html; charset=GBK"),
        ('<meta charset="gbk">页'.encode("gbk"), "text/html"),
        ("\ufeff页".encode(), "text/plain"),
        ("页".encode(), "text/html; charset=no-such"),
    ],
)
async def test_a_page_is_read_in_its_own_letters(page: bytes, said: str) -> None:
    from sophnet_jupyter.providers.sophnet.references import _text
    from sophnet_jupyter.wire.files.receive import charset

    assert _text(page, charset(said)).endswith("页")
    assert "�" not in _text(page, charset(said))


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:{port}/x",
        "http://127.0.0.1:1/x",
        "http://localhost:{port}/x",
        "http://127.0.0.1:{port}@evil.example/x",
        "http://evil.example/api/open-apis/x",
        "http://user@127.0.0.1:{port}/x",
        "http://[::1",
    ],
)
async def test_the_key_goes_to_the_configured_origin_alone(
    client: Client, sandbox: SimpleNamespace, url: str
) -> None:
    elsewhere: Any = Elsewhere()
    address = url.replace("{port}", sandbox.root.rpartition(":")[2])
    reference = Reference(index=1, type="file", url=address)
    assert await fetch(client.chat._wire, elsewhere, reference) == "页"
    assert elsewhere.asked == [address]


async def test_what_is_no_text_comes_as_bytes(client: Client) -> None:
    elsewhere: Any = Elsewhere("application/pdf")
    reference = Reference(index=1, type="web", url="https://example.org/a.pdf")
    assert await fetch(client.chat._wire, elsewhere, reference) == "页".encode()


async def test_what_is_not_there_is_an_error(client: Client, sandbox: SimpleNamespace) -> None:
    missing = Reference(index=1, type="file", url=f"{sandbox.url}/references/none")
    elsewhere: Any = Elsewhere()
    with pytest.raises(NotFound, match="no such reference"):
        await fetch(client.chat._wire, elsewhere, missing)
    with pytest.raises(SettingsError, match="no address"):
        await fetch(client.chat._wire, elsewhere, Reference(index=1))
