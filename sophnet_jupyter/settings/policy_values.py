"""The options of a policy, and what each may be."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import SettingsError
from ..language import tr
from .addresses import BASE_URL, checked_url

SERVICES = (
    *("chat", "images", "videos", "voice", "voicechat", "speech", "documents", "ocr"),
    *("embeddings", "knowledge", "dify", "excel"),
)
_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?b?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Option:
    """``problem`` says what is wrong with a value, ``read`` makes of a right one what is used."""

    about: str
    problem: Callable[[str, Any], str]
    read: Callable[[Any], Any] = lambda value: value


def _flag(name: str, value: Any) -> str:
    return (
        ""
        if isinstance(value, bool)
        else tr("{name} is true or false, not {value!r:.80}.", name=name, value=value)
    )


def _text(name: str, value: Any) -> str:
    said = isinstance(value, str) and value.strip()
    return "" if said else tr("{name} is a text, not {value!r:.80}.", name=name, value=value)


def _texts(name: str, value: Any) -> str:
    fits = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return (
        "" if fits else tr("{name} is a list of texts, not {value!r:.80}.", name=name, value=value)
    )


def _services(name: str, value: Any) -> str:
    if problem := _texts(name, value):
        return problem
    unknown = [each for each in value if each not in SERVICES]
    known = ", ".join(SERVICES)
    return (
        tr("there is no service {unknown!r:.40}: {known}.", unknown=unknown[0], known=known)
        if unknown
        else ""
    )


def _address(name: str, value: Any) -> str:
    if problem := _text(name, value):
        return problem
    try:
        checked_url(value, name, BASE_URL)
    except SettingsError as error:
        return str(error)
    return ""


def _media(name: str, value: Any) -> str:
    return (
        ""
        if value in ("embed", "files")
        else tr("{name} is embed or files, not {value!r:.80}.", name=name, value=value)
    )


def _size(name: str, value: Any) -> str:
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    written = isinstance(value, str) and _SIZE.fullmatch(value.strip())
    return (
        ""
        if whole or written
        else tr('{name} is a size such as "2 GB", not {value!r:.80}.', name=name, value=value)
    )


def _bytes(value: int | str) -> int:
    if isinstance(value, int):
        return value
    found = _SIZE.fullmatch(value.strip())
    assert found
    unit = found[2].lower()
    return int(float(found[1]) * _UNITS[unit if unit.endswith("b") or not unit else f"{unit}b"])


OPTIONS = {
    "base_url": Option("root of SophNet, or of a gateway in its place", _address),
    "dify_base_url": Option("root of Dify", _address),
    "teleai_base_url": Option("root of TeleAI", _address),
    "model": Option("chat model where a call names none", _text),
    "models": Option("models that may be asked, * for any letters", _texts, tuple),
    "services": Option(f"services that may be asked: {', '.join(SERVICES)}", _services, tuple),
    "sandbox": Option("whether the sandbox answers where there is no key", _flag),
    "history": Option("whether what is asked and answered is kept", _flag),
    "cassettes": Option("whether answers may be recorded in files", _flag),
    "run_tools": Option("whether functions that a model calls may be run", _flag),
    "masking": Option("whether personal data is replaced before it is sent", _flag),
    "mask_patterns": Option("a file of further patterns for masking", _text),
    "budget": Option("what may be spent: 20 CNY per day", _text),
    "cache_size": Option('the most that the cache of vectors takes: "2 GB"', _size, _bytes),
    "cache_folder": Option("where vectors are kept, {user} in it who asks", _text),
    "media": Option("embed media in notebooks, or keep them as files", _media),
    "media_folder": Option("where files of media go, in place of sophnet-media", _text),
    "audit_text": Option("whether the audit has the words of questions and answers", _flag),
}
# What a default could not say: nothing of a user's would come after it.
LOCKED_ONLY = frozenset({"models", "services", "cassettes", "run_tools", "audit_text"})
