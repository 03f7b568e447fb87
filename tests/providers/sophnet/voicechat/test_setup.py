"""What a voice chat is told before its first sound."""

from __future__ import annotations

import json

from sophnet_jupyter.providers.sophnet.voicechat.setup import Setup


def test_the_message_has_the_documents_parts_and_no_others() -> None:
    message = Setup(system="Be brief.", asr_mode="refresh", chat={"temperature": 0.5}).message()
    assert isinstance(message, str)
    assert json.loads(message) == {
        "create_transcription_task_req": {
            "heartbeat": True,
            "speech_recognition_param": {"sample_rate": 16_000, "format": "pcm"},
        },
        "chat_completion_with_voice_output_req": {
            "chat_completion_req": {
                "temperature": 0.5,
                "messages": [{"role": "system", "content": "Be brief."}],
                "stream": True,
            },
            "speech_synthesis_req": {
                "stream": True,
                "synthesis_param": {"model": "cosyvoice-v1"},
            },
        },
        "asr_mode": "refresh",
    }
