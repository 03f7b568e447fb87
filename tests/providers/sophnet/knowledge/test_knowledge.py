from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sophnet_jupyter import Client
from sophnet_jupyter.errors import (
    AnswerUnreadable,
    KnowledgeNotReady,
    NotFound,
    ServiceError,
    SettingsError,
    TimedOut,
)
from sophnet_jupyter.events import Progress
from sophnet_jupyter.providers.sophnet.knowledge.answer import page
from sophnet_jupyter.providers.sophnet.knowledge.knowledge import Knowledge
from sophnet_jupyter.values.knowledge import KnowledgeFile
from sophnet_jupyter.wire.call import Reply

pytestmark = pytest.mark.anyio

TEXT = b"Travel rules.\n\nA night in a hotel may cost 120 euros.\n"
_numbers = itertools.count()


@pytest.fixture
def knowledge(client: Client) -> Knowledge:
    return client.knowledge(f"handbook-p{next(_numbers)}")


async def test_a_file_is_uploaded_read_fetched_and_deleted(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    path = tmp_path / "travel rules.txt"
    path.write_bytes(TEXT)
    sent = await knowledge.files.upload(path)
    assert (sent.state, sent.title) == ("UPLOADING", "travel rules.txt")
    ready = await knowledge.files.wait_enabled(sent, every=0.01)
    assert ready.state == "ENABLED"
    found = await knowledge.files.get(sent)
    assert found.content == TEXT.decode()
    assert await knowledge.files.download(sent) == TEXT
    await knowledge.files.delete(sent.id)
    assert [one async for one in knowledge.files.list()] == []
    with pytest.raises(NotFound):
        await knowledge.files.get(sent)


async def test_an_upload_tells_its_progress(knowledge: Knowledge) -> None:
    *progress, last = [
        item async for item in knowledge.files.uploading(b"x" * 3_000_000, filename="long.txt")
    ]
    assert isinstance(last, KnowledgeFile)
    assert progress
    assert all(isinstance(item, Progress) for item in progress)


async def test_the_custom_model_cites_what_was_uploaded(
    client: Client, knowledge: Knowledge
) -> None:
    sent = await knowledge.files.upload(TEXT, filename="travel.txt")
    await knowledge.files.wait_enabled(sent, every=0.01)
    await knowledge.qa.add("Who may use the printer?", "Everybody on the second floor.")
    answer = await client.chat.create("What may a hotel cost a night?", model=knowledge.model)
    assert "120 euros" in answer.text
    assert [(one.type, one.title) for one in answer.references] == [("file", "travel.txt")]
    assert await answer.references[0].fetch() == TEXT
    answer = await client.chat.create("Who may use the printer?", model=knowledge.model)
    assert [one.type for one in answer.references] == ["qa"]
    assert "second floor" in str(await answer.references[0].fetch())


async def test_pages_are_asked_for_as_one_goes_on(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sophnet_jupyter.providers.sophnet.knowledge import pages

    asked: list[int] = []
    one = pages.one

    async def noted(*given: Any, number: int, size: int) -> Any:
        asked.append(number)
        return await one(*given, number=number, size=2)

    monkeypatch.setattr(pages, "one", noted)
    for number in range(5):
        await knowledge.qa.add(f"Question {number}?", "Yes.")
    rows = knowledge.qa.list()
    for _ in range(2):
        await anext(rows)
    assert asked == [1]
    rest = [row.question async for row in rows]
    assert rest == ["Question 2?", "Question 3?", "Question 4?"]
    assert asked == [1, 2, 3]


async def test_a_pair_is_changed_and_deleted(knowledge: Knowledge) -> None:
    made = await knowledge.qa.add("你是谁？" * 50, "a" * 1000)
    changed = await knowledge.qa.update(made, "Who?", "I.")
    assert (changed.id, changed.question, changed.answer) == (made.id, "Who?", "I.")
    await knowledge.qa.delete(changed)
    with pytest.raises(NotFound, match="no such question"):
        await knowledge.qa.delete(changed)


@pytest.mark.parametrize(
    ("question", "answer", "why"),
    [
        ("q" * 201, "a", "question has 201 characters.*no more than 200"),
        ("q", "a" * 1001, "answer has 1,001 characters.*no more than 1,000"),
        (" ", "a", "question is empty"),
    ],
)
async def test_pairs_that_do_not_fit_are_not_sent(
    client: Client, question: str, answer: str, why: str
) -> None:
    # Of a service that does not exist: had anything been sent, it would say so.
    qa = client.knowledge("nope").qa
    with pytest.raises(SettingsError, match=why):
        await qa.add(question, answer)
    with pytest.raises(SettingsError, match=why):
        await qa.update("some-id", question, answer)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("old.doc", r"Save it as \.docx"),
        ("sheet.xlsm", "macros"),
        ("notes.md", r"as \.txt"),
        ("page.png", "pdf, docx, xlsx, txt, pptx"),
        ("none", "told by the ending"),
    ],
)
async def test_files_of_other_types_are_not_sent(client: Client, name: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        await client.knowledge("nope").files.upload(b"x", filename=name)


async def test_a_file_of_100_mb_is_not_sent(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(SettingsError, match="takes no more than"):
        await client.knowledge("nope").files.upload(path)


async def test_a_301st_file_is_not_sent(
    client: Client, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sophnet_jupyter.providers.sophnet.knowledge import files as knowledge_files

    monkeypatch.setattr(knowledge_files, "MOST", 2)
    for number in range(2):
        await knowledge.files.upload(b"x", filename=f"{number}.txt")
    with pytest.raises(SettingsError, match="takes no more: delete one first"):
        await knowledge.files.upload(b"x", filename="3.txt")
    assert len([one async for one in knowledge.files.list()]) == 2


async def test_files_that_failed_leave_room_for_others(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sophnet_jupyter.providers.sophnet.knowledge import files as knowledge_files

    monkeypatch.setattr(knowledge_files, "MOST", 1)
    pytest.importorskip("markitdown")
    broken = await knowledge.files.upload(b"no pdf", filename="broken.pdf")
    with pytest.raises(KnowledgeNotReady, match=r"broken\.pdf cannot be searched.*is ERROR"):
        await knowledge.files.wait_enabled(broken, every=0.01)
    assert (await knowledge.files.upload(b"x", filename="1.txt")).title == "1.txt"


async def test_a_refusal_is_explained_by_the_state_of_the_file(
    open_client: Callable[..., AbstractAsyncContextManager[Client]],
) -> None:
    async with open_client("--task-seconds", "3600") as client:
        files = client.knowledge("handbook").files
        sent = await files.upload(TEXT, filename="rules.txt")
        with pytest.raises(KnowledgeNotReady) as refused:
            await files.delete(sent)
        assert str(refused.value).startswith("rules.txt cannot be deleted")
        assert "because it is UPLOADING" in str(refused.value)
        assert "wait_enabled" in str(refused.value)
        with pytest.raises(KnowledgeNotReady, match="cannot be shown"):
            await files.get(sent)
        clock = iter(range(100))
        with pytest.raises(TimedOut, match="5 s"):
            await files.wait_enabled(sent, within=5, every=0.001, now=lambda: float(next(clock)))


async def test_a_service_that_does_not_exist_is_named(client: Client) -> None:
    with pytest.raises(NotFound, match="there is no service nope"):
        await client.knowledge("nope").files.upload(TEXT, filename="rules.txt")
    with pytest.raises(NotFound, match="there is no service nope"):
        _ = [one async for one in client.knowledge("nope").qa.list()]


@pytest.mark.parametrize("name", ["", "custom:", " x", "a/b", "a b"])
async def test_what_is_no_service_id_is_refused(client: Client, name: str) -> None:
    with pytest.raises(SettingsError, match="no service id"):
        client.knowledge(name)


async def test_a_service_may_be_named_as_its_model(client: Client) -> None:
    assert client.knowledge("custom:handbook").model == "custom:handbook"


async def test_the_key_is_not_shown_to_another_origin(
    client: Client, knowledge: Knowledge, sandbox: SimpleNamespace
) -> None:
    asked: list[str] = []

    class Elsewhere:
        async def fetch(self, url: str, **options: Any) -> SimpleNamespace:
            asked.append(url)
            return SimpleNamespace(data=b"found")

    elsewhere: Any = Elsewhere()
    from sophnet_jupyter.providers.sophnet import references

    url = "https://files.example/a.pdf"
    assert await references.source(client._sophnet, elsewhere, url, limit=10) == b"found"
    assert asked == [url]


async def test_a_source_that_is_gone_is_an_error(client: Client, knowledge: Knowledge) -> None:
    sent = await knowledge.files.upload(TEXT, filename="rules.txt")
    await knowledge.files.wait_enabled(sent, every=0.01)
    url = (await knowledge.files.get(sent)).download_url
    from sophnet_jupyter.providers.sophnet import references

    with pytest.raises(ServiceError, match="no such file"):
        await references.source(
            client._sophnet, client._downloader, url.replace(sent.id, "gone"), limit=10_000
        )


@pytest.mark.parametrize("body", [b'{"status":0,"result":{}}', b'{"status":0}'])
async def test_a_page_without_its_list_is_unreadable(body: bytes) -> None:
    reply = Reply(status=200, headers={"content-type": "application/json"}, body=body)
    with pytest.raises(AnswerUnreadable):
        page(reply)
