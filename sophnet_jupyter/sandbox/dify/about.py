"""
``/info``, ``/parameters``, ``/site``, ``/meta``: the description of the app.

See docs/services/dify.md#about-the-app.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..switches.switches import Switches
from .form import ENABLED, FORM, KINDS, MEGABYTES, MOST, WAYS
from .refusals import Refused, answer

INFO = {
    "name": "Sandbox writer",
    "description": "A scripted text-generation app.",
    "tags": ["sandbox"],
    "mode": "completion",
    "author_name": "sophnet_jupyter",
}
SITE = {
    "title": "Sandbox writer",
    "chat_color_theme": "#8f5f00",
    "chat_color_theme_inverted": False,
    "icon_type": "emoji",
    "icon": "✍️",
    "icon_background": "#FFEAD5",
    "icon_url": None,
    "description": INFO["description"],
    "copyright": None,
    "privacy_policy": "https://example.com/privacy",
    "custom_disclaimer": "Scripted, no real model.",
    "default_language": "en-US",
    "show_workflow_steps": False,
    "use_icon_as_answer_icon": False,
}

OPENING = "Give me a **task**, and a photo or some material if you like."
QUESTIONS = ["Write a story of 60 words about rain", "What is 12*12?"]


def routes() -> list[Route]:
    return [
        Route("/info", _info),
        Route("/parameters", _parameters),
        Route("/site", _site),
        Route("/meta", _meta),
        Route("/workspaces/current/models/model-types/{kind}", _models),
    ]


async def _info(request: Request) -> Response:
    return answer(INFO)


async def _parameters(request: Request) -> Response:
    switches: Switches = request.scope["switches"]
    spoken = "autoplay" in switches.quirks
    off = {"enabled": False}
    uploads: dict[str, Any] = {
        kind: {"enabled": kind in ENABLED, "number_limits": MOST, "transfer_methods": list(WAYS)}
        for kind in KINDS
    }
    told = {
        "opening_statement": OPENING,
        "suggested_questions": QUESTIONS,
        "suggested_questions_after_answer": off,
        "speech_to_text": off,
        "text_to_speech": {
            "enabled": True,
            "voice": "",
            "language": "",
            "autoPlay": "enabled" if spoken else "disabled",
        },
        "retriever_resource": {"enabled": True},
        "annotation_reply": off,
        "more_like_this": off,
        "user_input_form": FORM,
        "sensitive_word_avoidance": {"enabled": "moderated" in switches.quirks},
        "file_upload": uploads,
        "system_parameters": {
            "file_size_limit": MEGABYTES["document"],
            "image_file_size_limit": MEGABYTES["image"],
            "audio_file_size_limit": MEGABYTES["audio"],
            "video_file_size_limit": MEGABYTES["video"],
            "workflow_file_upload_limit": 10,
        },
    }
    return answer(told)


async def _site(request: Request) -> Response:
    return answer(SITE)


async def _meta(request: Request) -> Response:
    return answer({"tool_icons": {}})


async def _models(request: Request) -> Response:
    # Of the knowledge API, which has keys of its own (docs/services/dify.md#annotations, row D29).
    raise Refused(401, "unauthorized", "Access token is invalid")
