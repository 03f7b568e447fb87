"""SophNet's endpoints, below its real root; one module for each service."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.routing import Mount

from ..server.places import Places
from ..server.results import Results
from ..switches.options import Options
from . import account, models, references
from .chat import chat, voiced
from .chat.answers import Answers
from .documents import documents, ocr
from .door import Door
from .embeddings import embeddings
from .knowledge import Knowledge
from .media.images import Images
from .media.videos import Videos
from .speech.live import LiveSpeech
from .speech.speech import Speech
from .voice import voice
from .voicechat.voicechat import VoiceChats

ROOT = "/api/open-apis"


def mount(options: Options, results: Results) -> Mount:
    """Everything SophNet serves; a key is asked for before a path is looked up."""
    knowledge = Knowledge(options)
    answers = Answers(options, knowledge)
    places = Places(options.lines)
    return Mount(
        ROOT,
        routes=[
            *chat.routes(options, answers),
            *voiced.routes(answers),
            *models.routes(options),
            *voice.routes(),
            *references.routes(),
            *account.routes(results),
            *knowledge.routes(),
            *Images(options, results).routes(),
            *Videos(options, results).routes(),
            *documents.routes(),
            *embeddings.routes(options),
            *ocr.routes(),
            *Speech(options).routes(),
            *LiveSpeech(options, places).routes(),
            *VoiceChats(options, answers, places).routes(),
        ],
        middleware=[Middleware(Door, key=options.api_key)],
    )
