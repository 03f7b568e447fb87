"""
What a name says: the MIME type of a file by its suffix, the same on every machine.

`mimetypes` asks files of the system, and without them knows neither WebP nor M4A.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_TYPES = {
    "image/png": "png",
    "image/jpeg": "jpg jpeg jpe jfif",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "image/tiff": "tif tiff",
    "image/svg+xml": "svg",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/avif": "avif",
    "image/x-icon": "ico",
    "audio/wav": "wav",
    "audio/mpeg": "mp3 mp2 mpga",
    "audio/mp4": "m4a m4b",
    "audio/aac": "aac",
    "audio/ogg": "ogg oga opus spx",
    "audio/flac": "flac",
    "audio/amr": "amr",
    "audio/aiff": "aif aiff aifc",
    "audio/basic": "au snd",
    "audio/x-caf": "caf",
    "audio/x-ms-wma": "wma",
    "audio/webm": "weba",
    "audio/midi": "mid midi",
    "video/mp4": "mp4 m4v",
    "video/webm": "webm",
    "video/quicktime": "mov qt",
    "video/mpeg": "mpeg mpg mpe",
    "video/x-flv": "flv",
    "video/3gpp": "3gp",
    "video/3gpp2": "3g2",
    "video/x-matroska": "mkv",
    "video/x-msvideo": "avi",
    "video/x-ms-wmv": "wmv",
    "video/ogg": "ogv",
    "video/mp2t": "ts",
    "application/pdf": "pdf",
    "application/json": "json",
    "application/xml": "xml",
    "application/epub+zip": "epub",
    "application/rtf": "rtf",
    "application/zip": "zip",
    "application/gzip": "gz",
    "application/msword": "doc dot",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.ms-outlook": "msg",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "message/rfc822": "eml",
    "text/plain": "txt text log properties",
    "text/markdown": "md markdown mdx",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "text/html": "html htm",
    "text/css": "css",
    "text/javascript": "js mjs",
    "text/x-python": "py",
    "text/vtt": "vtt",
    "application/x-subrip": "srt",
    "application/yaml": "yaml yml",
    "application/x-ipynb+json": "ipynb",
}
_BY_ENDING = {ending: mime for mime, endings in _TYPES.items() for ending in endings.split()}


def type_of(name: str) -> str:
    """The MIME type, such as ``image/webp``; empty for an unknown suffix."""
    return _BY_ENDING.get(name.rpartition(".")[2].lower(), "") if "." in name else ""


def is_address(text: str) -> bool:
    """Whether a text is an address of the web, and no path; in whatever letters it begins."""
    return text.lstrip()[:8].lower().startswith(("http://", "https://"))


def address(text: str) -> str:
    """An address as services take it: no blanks around it, and its scheme in small letters."""
    scheme, mark, rest = text.strip().partition("://")
    return f"{scheme.lower()}{mark}{rest}"


def is_elsewhere(text: str) -> bool:
    """`is_address`, or the file itself: ``data:``."""
    return is_address(text) or text.lstrip()[:5].lower() == "data:"


def at_home(path: str | os.PathLike[str]) -> Path:
    """A path with a home for its ``~``; where nobody has that home, ~ is a name like others."""
    with suppress(RuntimeError):
        return Path(path).expanduser()
    return Path(path)
