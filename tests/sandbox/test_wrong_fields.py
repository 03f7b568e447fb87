"""No field of a wrong type, and no sound that is none, makes the sandbox fail: it says what is."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SOPHNET = "/api/open-apis"
VOICE = {"model": "cosyvoice-v1", "voice": "longwan", "volume": 50, "speechRate": 1.0}
CHAT = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "s"},
        {"role": "user", "content": [{"type": "text", "text": "hi"}]},
        {"role": "assistant", "tool_calls": [{"id": "a", "function": {"name": "f"}}]},
        {"role": "tool", "tool_call_id": "a", "content": "r"},
    ],
    "max_tokens": 5,
    "stop": ["x"],
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
    "tool_choice": "auto",
    "response_format": {"type": "json_object"},
    "top_logprobs": 2,
    "chat_template_kwargs": {"enable_thinking": True},
}
SPOKEN = {
    "chat_completion_req": {"model": "m", "messages": [{"role": "user"}], "stream": True},
    "speech_synthesis_req": {"stream": True, "synthesis_param": VOICE},
}
IMAGE = {
    "model": "Qwen-Image",
    "input": {"prompt": "a fox", "images": ["data:image/png;base64,aaaa"]},
    "parameters": {"size": "1328*1328", "n": 1, "seed": 3},
}
VIDEO = {
    "model": "Wan2.2-T2V-A14B",
    "content": [{"type": "text", "text": "a fox"}],
    "parameters": {"size": "1280*720", "duration": 5, "ratio": "16:9", "resolution": "480p"},
}
REQUESTS = {
    f"{SOPHNET}/v1/chat/completions": CHAT,
    f"{SOPHNET}/v1/chat/completions-with-voice-output": SPOKEN,
    f"{SOPHNET}/projects/p/easyllms/embeddings": {
        "easyllm_id": "e",
        "model": "text-embeddings",
        "input_texts": ["a"],
        "dimensions": 256,
    },
    f"{SOPHNET}/projects/easyllms/voice/synthesize-audio": {
        "text": ["hi"],
        "synthesis_param": VOICE,
    },
    f"{SOPHNET}/projects/easyllms/imagegenerator/task": IMAGE,
    f"{SOPHNET}/projects/easyllms/videogenerator/generate": VIDEO,
    f"{SOPHNET}/projects/easyllms/image-ocr": {
        "model": "DeepSeek-OCR",
        "type": "image_url",
        "image_url": {"url": "data:image/png;base64,aaaa"},
    },
    f"{SOPHNET}/projects/easyllms/speechtotext/transcriptions": {
        "audio_url": "https://a.b/c.wav",
        "easyllm_id": "e",
        "speech_recognition_param": {"speaker_diarization_enabled": True},
    },
    f"{SOPHNET}/projects/easyllms/speechtotext/non-stream": {
        "audio_url": "https://a.b/c.wav",
        "speech_recognition_param": {"model": "m", "sample_rate": 16000, "format": "wav"},
    },
    f"{SOPHNET}/service/handbook/kn/qa-records": {"question": "q", "answer": "a"},
    "/v1/completion-messages": {
        "inputs": {"query": "hi"},
        "response_mode": "blocking",
        "user": "u",
        "files": [{"type": "image", "transfer_method": "remote_url", "url": "https://a.b/c.png"}],
    },
    "/v1/text-to-audio": {"text": "hi", "user": "u", "voice": "v", "message_id": "m"},
    "/v1/apps/annotations": {"question": "q", "answer": "a"},
    "/v1/apps/annotation-reply/enable": {
        "score_threshold": 0.5,
        "embedding_provider_name": "p",
        "embedding_model_name": "m",
    },
    "/aipaas/lm/v1/excel/generate": {
        "traceId": "t",
        "messages": [{"role": "user", "content": "q"}],
        "temperature": 0.5,
        "stream": False,
        "extra_params": {"file_uuids": ["u"]},
    },
}
WRONG = (None, True, 10**40, "", [None], {"a": []})


def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value within a body."""
    yield before
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for key, one in inner:
        yield from places(one, (*before, key))


def changed(body: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    found = copy.deepcopy(body)
    holder = found
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = new
    return found


@pytest.mark.parametrize("path", REQUESTS)
def test_a_field_of_a_wrong_type_is_refused_with_a_reason(sandbox, path: str) -> None:
    root = sandbox.url.removesuffix(SOPHNET)
    failed = []
    for place in places(REQUESTS[path]):
        for wrong in WRONG:
            sent = json.dumps(changed(REQUESTS[path], place, wrong))
            headers = {"content-type": "application/json", "x-sandbox-tokens-per-second": "0"}
            answer = sandbox.http.post(f"{root}{path}", content=sent, headers=headers)
            if answer.status_code in range(500, 600) and answer.status_code != 501:
                failed.append((place, wrong, answer.text[:80]))
    assert failed == []


@pytest.mark.parametrize("body", [b"", b"{", b"3", b"\xff", b"[" * 100_000, b'{"a":' * 5_000])
def test_what_is_no_json_is_refused_everywhere(sandbox, body: bytes) -> None:
    root = sandbox.url.removesuffix(SOPHNET)
    told = {path: sandbox.http.post(f"{root}{path}", content=body).status_code for path in REQUESTS}
    assert {path: status for path, status in told.items() if not 400 <= status < 500} == {}
