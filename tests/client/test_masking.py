"""Personal data goes to no service, history, cassette, audit or log, and comes back in answers."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import openpyxl
import pytest

from sophnet_jupyter import Client, Dify, SettingsError, TeleAI
from sophnet_jupyter.errors import AnswerInvalid, KeyRejected
from sophnet_jupyter.history.exports.calls import written
from sophnet_jupyter.history.search import HistoryQuery
from sophnet_jupyter.response import settle

pytestmark = pytest.mark.anyio

PHONE, MAIL, CARD = "13812345678", "li.wei@example.com", "6222021234567890128"
PERSONAL = (PHONE, MAIL, CARD, "138-1234-5678")
WORDS = f"Write back to {MAIL}, or call 138-1234-5678, not {CARD}."


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SOPHNET_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path


@contextlib.asynccontextmanager
async def asking(sandbox: SimpleNamespace, **options: Any) -> AsyncIterator[Client]:
    _seen(sandbox, "DELETE")
    async with Client("sandbox", sandbox.url, **options) as client:
        yield client


def _seen(sandbox: SimpleNamespace, method: str = "GET") -> list[dict[str, Any]]:
    url, headers = f"{sandbox.root}/sandbox/seen", {"Authorization": f"Bearer {sandbox.key}"}
    reply = httpx2.request(method, url, headers=headers, timeout=60, trust_env=False)
    requests: list[dict[str, Any]] = reply.raise_for_status().json()["requests"]
    return requests


def sent(sandbox: SimpleNamespace) -> str:
    return json.dumps(_seen(sandbox), ensure_ascii=False)


def posted(sandbox: SimpleNamespace) -> list[Any]:
    return [one["body"] for one in _seen(sandbox) if one["method"] == "POST"]


def files_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def has_none(text: str | bytes) -> bool:
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return not any(each in text for each in PERSONAL)


async def test_nothing_personal_is_sent_kept_recorded_or_logged(
    sandbox: SimpleNamespace, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    log = home / "audit.jsonl"
    handler = logging.FileHandler(log)
    logging.getLogger("sophnet_jupyter.audit").addHandler(handler)
    try:
        async with asking(sandbox, history=True) as client:
            with client.cassette(home / "tape.json", mode="record"):
                answer = await client.chat.create(WORDS, mask=True, stream=True)
            assert MAIL in answer.text
            assert "138-1234-5678" in answer.text
            assert answer.masked.startswith(
                "masked: 1 e-mail address, 1 mobile number, 1 bank card"
            )
            client.close_history()
            calls = client.history.search(HistoryQuery())
            assert "[MOBILE-1]" in client.history.get(calls[0].id).question
            written(client.history, calls, home / "out.jsonl")
            client.close_history()
            with client.cassette(home / "tape.json", mode="replay"):
                again = await client.chat.create(WORDS, mask=True, stream=True)
            assert again.text == answer.text
    finally:
        logging.getLogger("sophnet_jupyter.audit").removeHandler(handler)
        handler.close()
    assert has_none(sent(sandbox))
    assert "[EMAIL-1]" in sent(sandbox)
    assert has_none(files_of(home))
    assert (home / "tape.json").stat().st_size
    assert log.read_text()
    assert has_none(caplog.text)


@pytest.mark.parametrize("ending", ["html", "csv", "jsonl", "xlsx"])
async def test_what_a_masked_run_saves_for_others_has_placeholders_and_its_frame_the_values(
    sandbox: SimpleNamespace, home: Path, ending: str
) -> None:
    rows = [{"who": MAIL, "call": int(PHONE), "card": CARD}]
    async with asking(sandbox) as client:
        found = [
            run := client.chat.map("Repeat: {who}, {call} and {card}", rows, mask=True),
            client.chat.compare(f"Repeat: {WORDS}", models=["GLM-5.2"], mask=True),
            client.chat.evaluate({"v1": "Repeat: {who}"}, rows, expect="card", mask=True),
        ]
        for each in found:
            await each
            kept = [str(one) for one in each.to_records()]
            assert MAIL in kept[0]
            path = each.save(home / f"saved.{ending}")
            saved = sheets(path) if ending == "xlsx" else path.read_text("utf-8-sig")
            assert has_none(saved)
            assert "[EMAIL-1]" in saved
    assert run.to_records()[0]["call"] == int(PHONE)


async def test_a_masked_evaluation_is_compared_with_its_own_file(
    sandbox: SimpleNamespace, home: Path
) -> None:
    rows = [{"who": MAIL, "is": "a"}, {"who": PHONE, "is": "b"}]
    async with asking(sandbox) as client:
        found = await client.chat.evaluate({"v1": "Repeat: {who}"}, rows, expect="is", mask=True)
        turned = found.against(found.save(home / "before.jsonl"))
    assert turned.rows == 2


def sheets(path: Path) -> str:
    found = openpyxl.load_workbook(path)
    return "\n".join(str(cell.value) for sheet in found for row in sheet.rows for cell in row)


async def test_equal_values_of_a_run_have_one_placeholder_and_rows_get_their_own_back(
    sandbox: SimpleNamespace, home: Path
) -> None:
    rows = [{"who": who} for who in (PHONE, MAIL, "138 1234 5678", "nobody")]
    async with asking(sandbox) as client:
        run = client.chat.map("Repeat: {who}", rows, mask=True, name="masked-run", concurrency=4)
        await run
        client.close_history()
    prompts = sorted(str(one["messages"][-1]["content"]) for one in posted(sandbox))
    assert prompts == [
        "Repeat: [EMAIL-1]",
        "Repeat: [MOBILE-1]",
        "Repeat: [MOBILE-1]",
        "Repeat: nobody",
    ]
    answers = [row.response.text for row in sorted(run.rows, key=lambda row: row.number)]
    assert PHONE in answers[0]
    assert MAIL in answers[1]
    assert has_none(files_of(home))
    async with asking(sandbox) as client:
        again = client.chat.map(
            "Repeat: {who}", rows, mask=True, name="masked-run", resume=True, concurrency=4
        )
        await again
    assert posted(sandbox) == [], "all of it was kept"
    assert [row.response.text for row in sorted(again.rows, key=lambda row: row.number)] == answers


async def test_a_function_works_on_the_value_and_the_model_never_sees_what_it_returns(
    sandbox: SimpleNamespace, home: Path
) -> None:
    given: list[str] = []

    def weather(city: str) -> str:
        """Weather of a city."""
        given.append(city)
        return f"sunny, ask {MAIL}"

    async with asking(sandbox, history=True) as client:
        asked = f"What is the weather in Paris? {PHONE}"
        await client.chat.create(asked, tools=[weather], run_tools=True, mask=True)
        client.close_history()
    assert given
    assert has_none(sent(sandbox))
    assert has_none(files_of(home))


async def test_every_field_of_a_question_is_asked_with_placeholders(
    sandbox: SimpleNamespace, home: Path
) -> None:
    def ring(number: str) -> str:
        return number

    ring.__doc__ = f"Rings a number, such as {PHONE}."
    form = {"type": "object", "properties": {"to": {"type": "string", "enum": [MAIL]}}}
    extra = {"extra_body": {"note": [WORDS]}}
    async with asking(sandbox, history=True) as client:
        await client.chat.create("hello", system=WORDS, stop=[PHONE], tools=[ring], mask=True)
        await client.chat.create("hello", mask=True, **extra)
        with contextlib.suppress(AnswerInvalid):
            await client.chat.create("extract", schema=form, mask=True)
        await client.embeddings.create("plain", mask=True, **extra)
        await client.images.create("a fox", mask=True, **extra)
        await client.videos.submit("a fox", mask=True, **extra)
        client.close_history()
    assert sent(sandbox).count("[EMAIL-1]") >= 6
    assert has_none(sent(sandbox))
    assert has_none(files_of(home))


async def test_vectors_and_apps_are_asked_with_placeholders(
    sandbox: SimpleNamespace, home: Path
) -> None:
    async with asking(sandbox) as client:
        response = await client.embeddings.create([WORDS, "plain"], mask=True)
        assert response.embeddings.inputs[0] == WORDS
        exploration = client.explore([WORDS, "a fox", "a hen", "two hens"], mask=True)
        await exploration
        assert has_none(sent(sandbox))
    _seen(sandbox, "DELETE")
    async with Dify("sandbox", f"{sandbox.root}/v1") as app:
        answer = await app.complete({"query": WORDS}, mask=True)
    assert answer.masked
    assert has_none(sent(sandbox))
    assert has_none(files_of(home))


async def test_pictures_videos_voices_and_analyses_are_asked_with_placeholders(
    sandbox: SimpleNamespace, home: Path
) -> None:
    async with asking(sandbox, history=True) as client:
        made = await client.images.create(WORDS, mask=True, negative_prompt=f"no {PHONE}")
        assert made.images[0].prompt == WORDS
        assert made.masked
        await client.images.submit(WORDS, mask=True, negative_prompt=PHONE)
        video = await client.videos.create(WORDS, mask=True, negative_prompt=PHONE)
        assert video.videos[0].prompt == WORDS
        await client.videos.submit(WORDS, mask=True)
        assert (await client.voice.speak([WORDS, "plain"], mask=True)).masked
        await client.voice.compare(WORDS, voices=["longwan", "longcheng"], mask=True)
        await client.images.compare(WORDS, models=["qwen-image", "Z-Image-Turbo"], mask=True)
        client.close_history()
    account = TeleAI("id", "sandbox", base_url=sandbox.root)
    async with account:
        answer = account.stream(WORDS, file_uuids="d12fd037-19df-4973-a246-290673b6407a", mask=True)
        # Its key is another one there; what was sent is what counts.
        with contextlib.suppress(KeyRejected):
            await settle(answer)
    assert "[CARD-1]" in json.dumps(posted(sandbox)[-1])
    assert has_none(sent(sandbox))
    assert has_none(files_of(home))


async def test_an_app_may_call_its_variables_as_messages_call_their_parts(
    sandbox: SimpleNamespace, home: Path
) -> None:
    _seen(sandbox, "DELETE")
    async with Dify("sandbox", f"{sandbox.root}/v1") as app:
        await app.complete({"query": "who?", "id": PHONE, "data": MAIL, "url": CARD}, mask=True)
    assert has_none(sent(sandbox))


async def test_a_site_masks_unasked_and_nobody_switches_it_off(
    sandbox: SimpleNamespace, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = home / "policy.toml"
    policy.write_text("[locked]\nmasking = true\n")
    monkeypatch.setenv("SOPHNET_POLICY", str(policy))
    async with asking(sandbox) as client:
        answer = await client.chat.create(WORDS)
        assert answer.masked
        with pytest.raises(SettingsError, match="decided by your site's policy"):
            await client.chat.create(WORDS, mask=False)
        await client.chat.map("Repeat: {who}", [{"who": PHONE}])
        await client.chat.compare(WORDS, models=["DeepSeek-V3.2", "GLM-5"])
        await client.embeddings.create(WORDS)
        await client.voice.speak(WORDS)
        await client.images.create(WORDS)
        await client.images.submit(WORDS)
        await client.videos.submit(WORDS)
    assert has_none(sent(sandbox))


async def test_a_mask_that_is_none_is_refused(sandbox: SimpleNamespace) -> None:
    async with asking(sandbox) as client:
        with pytest.raises(SettingsError, match="mask is True, False or a file"):
            await client.chat.create("hello", mask=7)
