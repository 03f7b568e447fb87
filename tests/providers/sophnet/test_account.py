"""The account and uploads, against a sandbox."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import httpx2
import pytest

from sophnet_jupyter import Client, SettingsError

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def shared(sandbox: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHNET_SANDBOX_URL", sandbox.root)


async def test_the_balance_is_exact_and_in_its_parts() -> None:
    async with Client() as client:
        found = await client.account.balance()
    assert (found.total, found.paid, found.gift) == (100, Decimal("90.5"), Decimal("9.5"))


async def test_what_was_spent_is_told_for_the_days_asked_for() -> None:
    async with Client() as client:
        found = await client.account.usage("2026-11-01", date(2026, 11, 3))
        assert found.summary["beginTime"] == "2026-11-01"
        assert found.summary["endTime"] == "2026-11-03"
        with pytest.raises(SettingsError, match="a day such as 2026-11-01"):
            await client.account.usage("yesterday")
        with pytest.raises(SettingsError, match="before it begins"):
            await client.account.usage("2026-11-03", "2026-11-01")


async def test_an_uploaded_file_is_at_its_address_without_a_key() -> None:
    async with Client() as client:
        address = await client.files.upload(b"abc", filename="notes.txt")
        with pytest.raises(SettingsError, match="is empty"):
            await client.files.upload(b"", filename="notes.txt")
    assert httpx2.get(address, trust_env=False).content == b"abc"
