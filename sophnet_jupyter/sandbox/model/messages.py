"""The messages of a chat request: who said what, with which images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..server.refusal import Refused

ROLES = ("system", "user", "assistant", "tool")
SOURCES = ("data:image/", "https://", "http://")


@dataclass(frozen=True, kw_only=True)
class Message:
    """One turn; the text of several parts is joined by line breaks."""

    role: str
    text: str
    images: tuple[str, ...] = ()


def read_messages(messages: Any, *, images: bool = True) -> tuple[Message, ...]:
    """Check and read ``messages``; raises Refused (400) naming the one that is wrong."""
    if not isinstance(messages, list) or not messages:
        raise Refused(400, "messages must be a non-empty array")
    read = tuple(_read(f"messages[{index}]", item) for index, item in enumerate(messages))
    if not images and any(message.images for message in read):
        raise Refused(400, "Model do not support image input")
    return read


def _read(where: str, item: Any) -> Message:
    if not isinstance(item, dict):
        raise Refused(400, f"{where} must be an object")
    role, content = item.get("role"), item.get("content")
    if role not in ROLES:
        raise Refused(400, f"{where}.role must be one of {', '.join(ROLES)}")
    if role == "tool" and not isinstance(item.get("tool_call_id"), str):
        raise Refused(400, f"{where}.tool_call_id is required")
    if isinstance(content, str):
        return Message(role=role, text=content)
    if content is None and role == "assistant" and item.get("tool_calls"):
        return Message(role=role, text="")
    if not isinstance(content, list) or not content:
        raise Refused(400, f"{where}.content must be a string or an array of parts")
    return _join(where, role, content)


def _join(where: str, role: str, parts: list[Any]) -> Message:
    texts, images = [], []
    for index, part in enumerate(parts):
        place = f"{where}.content[{index}]"
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "text" and isinstance(part.get("text"), str):
            texts.append(part["text"])
        elif kind == "image_url" and role == "user":
            images.append(_image(place, part.get("image_url")))
        else:
            raise Refused(400, f"{place} must be a text, or in a user's message an image_url")
    return Message(role=role, text="\n".join(texts), images=tuple(images))


def _image(place: str, image: Any) -> str:
    url = image.get("url") if isinstance(image, dict) else None
    if not isinstance(url, str) or not url.startswith(SOURCES):
        raise Refused(400, f"{place}.image_url.url must be a data URI of an image, or a URL")
    return url
