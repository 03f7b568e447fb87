"""Validate addresses and keys as people paste them."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping

from ..errors import SettingsError
from ..language import tr
from .secret import Secret

SOPHNET_PATH = "/api/open-apis"
BASE_URL = f"https://www.sophnet.com{SOPHNET_PATH}"


def checked_key(value: str) -> Secret:
    """A pasted text as a key. Raises `SettingsError`, without repeating it."""
    value = _unquoted(value)
    if value[:7].lower() == "bearer ":
        value = value[7:].strip()
    # It becomes a header: a line break or a letter outside ASCII would fail later, less clearly.
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise SettingsError(
            tr(
                "The key has characters that a key cannot have (a space, a line break, or a "
                "letter outside ASCII). Copy it again from the console."
            )
        )
    return Secret(value)


def sandbox_url(environ: Mapping[str, str]) -> str:
    """The root of a sandbox that runs already, empty for one of our own. Raises `SettingsError`."""
    root = sandbox_root(environ)
    return f"{root}{SOPHNET_PATH}" if root else ""


def sandbox_root(environ: Mapping[str, str]) -> str:
    """The same without the path of any service."""
    said = _unquoted(environ.get("SOPHNET_SANDBOX_URL", ""))
    if not said:
        return ""
    url = checked_url(said, "SOPHNET_SANDBOX_URL", "http://127.0.0.1:8000")
    # What the sandbox prints is an address of its SophNet.
    return re.sub(r"/(?:api/open-apis|v1|aipaas)(?:/.*)?$", "", url)


def checked_url(url: str, name: str = "SOPHNET_BASE_URL", like: str = BASE_URL) -> str:
    """
    An address that a key may be sent to. Raises `SettingsError`, which calls it ``name``.

    A whole endpoint is taken for the root that it is below: ``…/open-apis/v1/chat/completions``
    is ``…/open-apis``, as ``like`` is.
    """
    url = _unquoted(url)
    try:
        parts = urllib.parse.urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or port == 0 or not _fits(url):
        raise SettingsError(
            tr(
                "{name} must be an address such as {like}, without a query or a fragment.",
                name=name,
                like=like,
            )
        )
    if parts.username or parts.password:
        raise SettingsError(tr("{name} must not hold a name or password.", name=name))
    root = urllib.parse.urlsplit(like)
    path = parts.path.rstrip("/")
    end = root.path.rstrip("/")
    if end and (found := re.search(rf"{re.escape(end)}(?=/|$)", path)):
        # The endpoints stand below this, whatever a gateway has put before it.
        path = path[: found.end()]
    elif not path and host == root.hostname:
        path = end
    elif end == SOPHNET_PATH:
        # All that is below a root of SophNet's begins so.
        path = re.sub(r"/(?:v1|projects)(?:/.*)?$", "", path)
    return f"{parts.scheme.lower()}://{parts.netloc}{path}"


def _fits(url: str) -> bool:
    """Whether an address has the parts of one that is called, and no others."""
    parts = urllib.parse.urlsplit(url)
    more = parts.query or parts.fragment or " " in url or "\\" in url
    return parts.scheme.lower() in ("http", "https") and url.isprintable() and not more


def _unquoted(text: str) -> str:
    """A text without blanks around it, and without the quotes of a shell or a ``.env`` file."""
    text = text.strip()
    for mark in ('"', "'"):
        if len(text) > 1 and text[0] == text[-1] == mark:
            text = text[1:-1].strip()
    return text
