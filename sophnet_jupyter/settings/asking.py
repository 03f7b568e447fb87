"""
Who asks, and what a site adds to each request: for a gateway that counts by user.

Only requests to the service's own address carry it, websockets included: no download does, and no
redirect is followed.
"""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ..errors import SettingsError
from ..language import mark, tr
from .secret import Secret

USER_HEADER = "x-sophnet-user"
# A name that is longer is none, and would not fit a header of every gateway.
LONGEST = 256

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
# What a request needs for itself, or proves by; a site's headers stand beside these.
_OURS = re.compile(
    "authorization|proxy-.*|sec-.*|content-.*|accept.*|host|connection|upgrade|te|trailer"
    "|transfer-encoding|expect|cookie|user-agent|x-app-id|device-uuid|x-sandbox.*|keep-alive",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WhoAsks:
    """
    The ``user``, and further headers of a site. Their values are kept like keys, since one may be.
    """

    user: str = ""
    more: Mapping[str, Secret] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def headers(self) -> dict[str, str]:
        """All of it as headers, a name outside ASCII in percent signs, as in addresses."""
        own = {USER_HEADER: urllib.parse.quote(self.user, safe="@.+-_ ")} if self.user else {}
        return own | {name: value.reveal() for name, value in self.more.items()}

    def scrub(self, text: str) -> str:
        """A text without the values of the site's headers."""
        for value in self.more.values():
            text = value.scrub(text)
        return text


def asking(
    environ: Mapping[str, str],
    user: object = None,
    headers: Mapping[str, Any] | None = None,
) -> WhoAsks:
    """
    Who asks: the argument, SOPHNET_USER, or the user of a JupyterHub; the argument's headers go
    before those of SOPHNET_HEADERS of the same name. Raises `SettingsError`.
    """
    named = environ.get("SOPHNET_USER") or environ.get("JUPYTERHUB_USER", "")
    who = _user(user if user is not None else named)
    more = _written(environ.get("SOPHNET_HEADERS", ""))
    if headers is not None:
        more |= _checked(headers, "headers")
    return WhoAsks(
        who, {name: Secret(value.replace("{user}", who)) for name, value in more.items()}
    )


def user_of(environ: Mapping[str, str], user: object = None) -> str:
    """The user alone. Raises `SettingsError`."""
    return asking({**environ, "SOPHNET_HEADERS": ""}, user).user


def _user(value: object) -> str:
    if not isinstance(value, str):
        raise SettingsError(tr("user is a name, not {value!r:.80}.", value=value))
    value = value.strip()
    if len(value) > LONGEST or not value.isprintable():
        raise SettingsError(
            tr(
                "user is a name of one line with at most {longest} letters (SOPHNET_USER).",
                longest=LONGEST,
            )
        )
    return value


def _written(text: str) -> dict[str, str]:
    """SOPHNET_HEADERS: a JSON object, or a ``Name: value`` a line."""
    text = text.strip()
    if not text:
        return {}
    if text.startswith("{") and not text.startswith("{user}"):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise SettingsError(tr(_HOW))
        return _checked(found, "SOPHNET_HEADERS")
    pairs = [line.partition(":") for line in re.split("\\r?\\n", text) if line.strip()]
    if not all(colon for _, colon, _ in pairs):
        raise SettingsError(tr(_HOW))
    return _checked({name.strip(): value.strip() for name, _, value in pairs}, "SOPHNET_HEADERS")


_HOW = mark(
    'SOPHNET_HEADERS is a JSON object, {"X-Team": "data"}, or a line for each header, '
    "X-Team: data; {user} in it is who asks."
)


def _checked(headers: object, where: str) -> dict[str, str]:
    """Headers that can be sent, by their names in lower case. Never repeats a value."""
    if not isinstance(headers, Mapping):
        raise SettingsError(
            tr('{where} are names with their values, {{"X-Team": "data"}}.', where=where)
        )
    found = {}
    for name, value in headers.items():
        if not isinstance(name, str) or not _TOKEN.fullmatch(name):
            raise SettingsError(
                tr("{where}: {name!r:.60} cannot be the name of a header.", where=where, name=name)
            )
        if _OURS.fullmatch(name):
            raise SettingsError(
                tr(
                    "{where}: {name} is set by the request itself: leave it out.",
                    where=where,
                    name=name,
                )
            )
        value = value.reveal() if isinstance(value, Secret) else value
        if not isinstance(value, str) or not value.isascii() or not value.isprintable():
            raise SettingsError(
                tr(
                    "{where}: the value of {name} must be a line of ASCII text.",
                    where=where,
                    name=name,
                )
            )
        found[name.lower()] = value
    return found
