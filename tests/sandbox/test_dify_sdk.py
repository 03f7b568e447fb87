"""The service's public Python client, ``dify-client``, takes the sandbox for Dify."""

from __future__ import annotations

import json
from typing import Any

import pytest
from dify_client import CompletionClient


@pytest.fixture
def official(sandbox: Any) -> CompletionClient:
    client = CompletionClient("sandbox")
    client.base_url = f"{sandbox.root}/v1"
    return client


def test_it_gets_an_answer_and_rates_it(official: CompletionClient) -> None:
    answer = official.create_completion_message({"query": "What is 12*12?"}, "blocking", "u")
    told = answer.json()
    assert "144" in told["answer"]
    assert official.message_feedback(told["message_id"], "like", "u").json() == {
        "result": "success"
    }


def test_it_reads_the_stream_as_its_readme_does(official: CompletionClient) -> None:
    answer = official.create_completion_message({"query": "What is 12*12?"}, "streaming", "u")
    text = ""
    for line in answer.iter_lines(decode_unicode=True):
        _, _, data = line.partition("data:")
        if data:
            text += json.loads(data.strip()).get("answer", "")
    assert "144" in text


def test_it_uploads_a_picture_and_asks_with_it(official: CompletionClient) -> None:
    files = {"file": ("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "image/png")}
    upload = official.file_upload("u", files)
    assert upload.status_code == 201
    entry = {
        "type": "image",
        "transfer_method": "local_file",
        "upload_file_id": upload.json()["id"],
    }
    answer = official.create_completion_message({"query": "See?"}, "blocking", "u", [entry])
    assert "image/png" in answer.json()["answer"]


def test_it_reads_the_form(official: CompletionClient) -> None:
    assert official.get_application_parameters("u").json()["user_input_form"]
