"""An address is one in whatever letters it begins, and with blanks around it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sophnet_jupyter import Client, SettingsError
from sophnet_jupyter.providers.dify.file_kinds import linked
from sophnet_jupyter.providers.dify.form import FileRule
from sophnet_jupyter.providers.sophnet.images import images
from sophnet_jupyter.providers.sophnet.speech import speech
from sophnet_jupyter.providers.sophnet.videos import videos
from sophnet_jupyter.wire.poll import Pace

pytestmark = pytest.mark.anyio

TAKERS: dict[str, Callable[[Client, str], Awaitable[Any]]] = {
    "chat": lambda client, url: client.chat.create("What is it?", images=[url]),
    "embeddings": lambda client, url: client.embeddings.create(images=[url]),
    "images": lambda client, url: client.images.create(
        "Make it red", images=[url], model="Qwen-Image-Edit-2509"
    ),
    "videos": lambda client, url: client.videos.create("It moves", image=url),
    "speech": lambda client, url: client.speech.transcribe(url),
}


@pytest.mark.parametrize("taker", TAKERS)
@pytest.mark.parametrize(
    "written",
    ["HTTPS://example.com/A.png", " https://example.com/A.png\n", "https://example.com/A.png"],
)
async def test_an_address_is_sent_as_services_take_it(
    taker: str,
    written: str,
    sandbox: SimpleNamespace,
    seen: Callable[[], list[dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("SOPHNET_SANDBOX_URL", sandbox.root)
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path))
    for tasks in (images, videos, speech):
        monkeypatch.setattr(tasks, "PACE", Pace(first=0.02))
    async with Client() as client:
        await TAKERS[taker](client, written)
    [sent] = [each["body"] for each in seen() if each["method"] == "POST"]
    assert '"https://example.com/A.png"' in json.dumps(sent)


@pytest.mark.parametrize("written", ["HTTP://example.com/a", "\thttp://example.com/a "])
def test_dify_is_told_an_address_as_it_takes_it(written: str) -> None:
    rules = {"image": FileRule(ways=("remote_url",))}
    assert linked(written, rules)["url"] == "http://example.com/a"


@pytest.mark.parametrize("written", ["https://example.com/a.pdf", "HTTPS://example.com/a.pdf"])
async def test_who_takes_files_alone_says_that_an_address_is_none(written: str) -> None:
    async with Client(api_key="made-up", base_url="http://127.0.0.1:9") as client:
        knows = client.knowledge("handbook")
        for asked in (
            lambda: client.documents.parse(written),
            lambda: client.files.upload(Path(written)),
            lambda: knows.files.upload(written),
        ):
            with pytest.raises(SettingsError, match=r"https://example\.com/a\.pdf is an address"):
                await asked()
