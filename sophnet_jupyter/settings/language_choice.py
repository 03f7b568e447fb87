"""
The language that the user wants.

What ``%sophnet language`` set in this kernel comes first, then SOPHNET_LANGUAGE, then what
``%sophnet language`` has kept for this user, then the language of the system. It is kept in a file
``language`` beside the profiles, which others may read: it is no secret.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from ..errors import SettingsError
from ..language import ENGLISH, LANGUAGES, ask_by, tr
from .environment import session
from .keystore import folder, put

# As gettext reads them.
_SYSTEM = ("LC_ALL", "LC_MESSAGES", "LANG")
# zh, zh_CN.UTF-8, zh-Hans-SG, and not zh_TW: its readers read other characters.
_CHINESE = re.compile(r"zh(?:[-_](?:hans|cn|sg|my)(?![a-z]).*)?(?:[.@].*)?", re.I)
_OTHER = re.compile(r"(?:en\b|en[-_.@]|c\b|posix\b).*", re.I)
# What is kept, by the file that it was read from: a file is read once in a process.
_kept: dict[Path, str] = {}


def named_language(text: str) -> str:
    """One of ours by any of its names, such as ``zh_CN.UTF-8``; empty for another one."""
    if _CHINESE.fullmatch(text.strip()):
        return "zh"
    return ENGLISH if _OTHER.fullmatch(text.strip()) else ""


def language_choice(environ: Mapping[str, str] | None = None) -> tuple[str, str]:
    """The language, and who says so: ``%sophnet``, a variable, ``kept``, or nobody (empty)."""
    environ = os.environ if environ is None else environ
    if said := session.get("language"):
        return said, "%sophnet"
    if said := named_language(environ.get("SOPHNET_LANGUAGE", "")):
        return said, "SOPHNET_LANGUAGE"
    if said := _kept_language(environ):
        return said, "kept"
    # The first that is set decides, also where it names a language that we do not speak.
    name = next((name for name in _SYSTEM if environ.get(name)), "")
    return named_language(environ.get(name, "")) or ENGLISH, name


def keep_language(language: str) -> str:
    """
    Speak this language from now on, also in later kernels; empty for what the system says.

    Returns the file in which it is kept, empty where there is no home to keep it in. Raises
    `SettingsError` where the file cannot be written, after which this kernel speaks it all the
    same.
    """
    session.pop("language", None)
    if language in LANGUAGES:
        session["language"] = language
    path = _file(os.environ)
    if path is None:
        return ""
    _kept[path] = language
    try:
        if language:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            put(path, f"{language}\n".encode())
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(
            tr(
                "{path} cannot be written: {strerror}. This kernel speaks it until it ends; "
                "SOPHNET_LANGUAGE says it to all.",
                path=path,
                strerror=error.strerror or error,
            )
        ) from None
    return str(path)


def _file(environ: Mapping[str, str]) -> Path | None:
    where = folder(environ)
    return where and where / "language"


def _kept_language(environ: Mapping[str, str]) -> str:
    path = _file(environ)
    if path is None:
        return ""
    if path not in _kept:
        _kept[path] = ""
        with contextlib.suppress(OSError, ValueError):
            _kept[path] = named_language(path.read_text(encoding="utf-8"))
    return _kept[path]


ask_by(lambda: language_choice()[0])
