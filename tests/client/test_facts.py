"""What services say of an answer beside its words is kept, under their own names."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from sophnet_jupyter import Client, Response, SettingsError

pytestmark = pytest.mark.anyio
WORKBOOK = Path(__file__).parents[2] / "notebooks" / "files" / "sales.xlsx"


@pytest.fixture(autouse=True)
def shared(sandbox: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHNET_SANDBOX_URL", sandbox.root)


async def ask(client: Client, service: str, *, stream: bool) -> Response:
    match service:
        case "chat":
            return await client.chat.create("hi", stream=stream)
        case "dify":
            return await client.dify.complete("hello", stream=stream)
    uuid = await client.excel.put(WORKBOOK)
    asked = "Which region is best?"
    return await client.excel.analyse(
        asked, file_uuids=uuid, stream=stream, timestamp=1_730_681_150
    )


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("service", ["chat", "dify", "teleai"])
async def test_an_answer_knows_when_it_was_begun_and_what_else_was_said(
    service: str, stream: bool
) -> None:
    async with Client() as client:
        response = await ask(client, service, stream=stream)
    assert response.ending == "complete"
    assert response.created
    assert abs(response.created - time.time()) < 600
    if service == "dify":
        assert "total_price" in response.metadata["usage"]
    if service == "teleai" and stream:
        assert response.metadata["file_size"] in ("small", "large")


@pytest.mark.parametrize("timestamp", [-1, 1.5, "now", True])
async def test_a_timestamp_that_is_none_is_refused(timestamp: object) -> None:
    async with Client() as client:
        with pytest.raises(SettingsError, match="timestamp is in seconds"):
            await client.excel.analyse("x", file_uuids="u", timestamp=timestamp)  # type: ignore[arg-type]
