"""SophNet's endpoints, below its real root; one module for each service."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.routing import Mount

from ..options import Options
from ..results import Results
from . import chat, chat_voice, documents, embeddings, models, ocr, references, voice
from .door import Door
from .images import Images
from .knowledge import Knowledge
from .speech import Speech
from .speech_live import LiveSpeech
from .videos import Videos
from .voicechat import VoiceChats

ROOT = "/api/open-apis"


def mount(options: Options, results: Results) -> Mount:
    """Everything SophNet serves; a key is asked for before a path is looked up."""
    knowledge = Knowledge(options)
    return Mount(
        ROOT,
        routes=[
            *chat.routes(options, knowledge),
            *chat_voice.routes(),
            *models.routes(options),
            *voice.routes(),
            *references.routes(),
            *knowledge.routes(),
            *Images(options, results).routes(),
            *Videos(options, results).routes(),
            *documents.routes(),
            *embeddings.routes(),
            *ocr.routes(),
            *Speech(options).routes(),
            *LiveSpeech(options).routes(),
            *VoiceChats(options).routes(),
        ],
        middleware=[Middleware(Door, key=options.api_key)],
    )
