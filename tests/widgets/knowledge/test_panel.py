"""The kernel's side of the knowledge panel, in front of a sandbox and without a browser."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from sophnet_jupyter import Client
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.widgets.knowledge.panel import KnowledgePanel
from sophnet_jupyter.widgets.uploads.uploads import Upload

from ...waiting import wait

_numbers = itertools.count()


@pytest.fixture
def client(sandbox: Any) -> Client:
    return Client(api_key=sandbox.key, base_url=sandbox.url)


@pytest.fixture
def panel(client: Client, sent: list[dict[str, Any]]) -> Iterator[KnowledgePanel]:
    panel = KnowledgePanel(f"handbook-w{next(_numbers)}", client=client)
    wait(lambda: panel.phase == "ready")
    yield panel
    panel.close()


def drop(panel: KnowledgePanel, name: str, content: bytes) -> None:
    upload = Upload(name, content, size=len(content), id=f"upload-{next(_numbers)}")
    from sophnet_jupyter.kernel.loop import loop

    loop().call_soon_threadsafe(panel.perform, panel._received, upload)


def test_dropped_files_become_enabled_and_are_deleted(
    panel: KnowledgePanel, sent: list[dict[str, Any]]
) -> None:
    drop(panel, "rules.txt", b"A night may cost 120 euros.")
    wait(lambda: [file.state for file in panel.files] == ["ENABLED"])
    html, plain = panel.still()
    assert "rules.txt" in html
    assert "ENABLED" in plain
    name = panel.files[0].id
    panel._hear({"kind": "show", "id": name, "view": "v"}, [])
    wait(lambda: any(event["kind"] == "content" for event in sent))
    content = next(event for event in sent if event["kind"] == "content")
    assert content["to"] == "v"
    assert "120 euros" in content["html"]
    panel._hear({"kind": "delete", "id": name}, [])
    wait(lambda: not panel.files)


def test_a_refused_file_says_so_in_its_own_row(
    panel: KnowledgePanel, sent: list[dict[str, Any]]
) -> None:
    drop(panel, "old.doc", b"x")
    wait(lambda: any(row["error"] for row in panel.state()[0]["sending"]))
    row = panel.state()[0]["sending"][0]
    assert "Save it as .docx" in row["error"]
    panel._hear({"kind": "give-up", "id": row["id"]}, [])
    wait(lambda: not panel.state()[0]["sending"])
    assert not [event for event in sent if event["kind"] == "error"]


def test_questions_are_written_changed_and_removed(
    panel: KnowledgePanel, sent: list[dict[str, Any]]
) -> None:
    panel._hear({"kind": "write", "id": "", "question": "Who?", "answer": "All.", "view": "v"}, [])
    wait(lambda: [pair.answer for pair in panel.pairs] == ["All."])
    name = panel.pairs[0].id
    command = {"kind": "write", "id": name, "question": "q" * 201, "answer": "I.", "view": "v"}
    panel._hear(command, [])
    wait(lambda: any(event["kind"] == "refused" for event in sent))
    refused = next(event for event in sent if event["kind"] == "refused")
    assert "201 characters" in refused["text"]
    panel._hear({**command, "question": "Who?"}, [])
    wait(lambda: [pair.answer for pair in panel.pairs] == ["I."])
    panel._hear({"kind": "remove", "id": name}, [])
    wait(lambda: not panel.pairs)


def test_a_service_that_does_not_exist_is_said_to_every_view(
    client: Client, sent: list[dict[str, Any]]
) -> None:
    panel = KnowledgePanel("nope", client=client)
    wait(lambda: panel.phase == "failed")
    # The first view may come later than the answer.
    assert "there is no service nope" in panel.state()[0]["error"]
    panel.close()


def test_what_is_no_service_id_makes_no_panel(client: Client) -> None:
    with pytest.raises(SettingsError, match="no service id"):
        KnowledgePanel("a b", client=client)


def test_no_key_is_in_what_the_browser_gets(
    panel: KnowledgePanel, client: Client, sent: list[dict[str, Any]], sandbox: Any
) -> None:
    drop(panel, "rules.txt", b"words")
    wait(lambda: panel.files and panel.files[0].state == "ENABLED")
    assert "Bearer" not in repr(sent) + repr(panel.state()) + repr(panel.get_state())
