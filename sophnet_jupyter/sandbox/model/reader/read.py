"""What the reader answers to a request: a verdict, a label, or the fields of a form."""

from __future__ import annotations

import re

from ..question import ChatRequest
from ..script import Talk
from .attention import Attention
from .classify import classify
from .extract import Extraction
from .judge import verdict
from .material import examples, labels, material

# What a client says to an answer that is not of the form.
CORRECTED = re.compile(
    r"does not fit|doesn't fit|not valid|invalid|correct(?:ed)? (?:the )?JSON", re.I
)
_FEWEST_WORDS = 3


def read(chat: ChatRequest, talk: Talk) -> str | None:
    """A verdict or a label; None where the prompt asks for neither."""
    first_wins = "first_wins" in chat.quirks
    if said := verdict(talk, _attention(chat, talk, ""), first_wins=first_wins):
        return said
    text = material(talk.prompt)
    found = labels(talk, text) if text else []
    return classify(text, found, _attention(chat, talk, text)) if found else None


def extraction(chat: ChatRequest, talk: Talk) -> Extraction | None:
    """A reader of the text in the prompt; None where there is no text to speak of."""
    asked = talk.earlier[-1] if is_corrected(talk) else talk.prompt
    text = material(asked)
    if len(re.findall(r"[\u3400-\u9fff]{2}|[A-Za-z]+|\d+", text)) < _FEWEST_WORDS:
        return None
    return Extraction(text, _attention(chat, talk, text))


def is_corrected(talk: Talk) -> bool:
    """Whether the last message says that an answer was not of the form that was asked for."""
    answered = any(message.role == "assistant" for message in talk.messages)
    return bool(answered and talk.earlier and CORRECTED.search(talk.prompt[:1000]))


def _attention(chat: ChatRequest, talk: Talk, text: str) -> Attention:
    asked = f"{talk.system}\n{talk.prompt}"
    return Attention(
        model=chat.model,
        instruction=asked.replace(text, "") if text else "",
        examples=examples(talk),
        temperature=chat.temperature,
        seed=chat.seed,
    )
