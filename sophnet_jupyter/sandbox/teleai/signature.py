"""
Whether a request was signed with the sandbox's key, worked out from what arrived.

See docs/services/teleai.md#signature.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from urllib.parse import quote_plus

# How far a signature may come from the future: no document says, this is a choice.
AHEAD = 300


class Rejected(Exception):
    """The signature does not hold, and why."""


def check(
    header: str,
    *,
    app_id: str,
    key: str,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    now: float,
) -> None:
    """
    Raise `Rejected` unless ``header`` is what the holder of the key would have sent.

    ``path`` and ``query`` are as they arrived, escapes and all; ``now`` is in seconds since 1970.
    """
    parts = header.split("/")
    if len(parts) != 7:
        raise Rejected(f"Authorization has {len(parts)} parts between slashes, not 7")
    scheme, signer, region, begun, valid, names, signature = parts
    if scheme != "teleai-cloud-auth-v1":
        raise Rejected("Authorization does not begin with teleai-cloud-auth-v1")
    if signer != headers.get("x-app-id", ""):
        raise Rejected("the app id that signed is not that of X-APP-ID")
    if signer != app_id:
        raise Rejected("no such app id")
    if not re.fullmatch("[A-Z]{2}", region):
        raise Rejected("the region is not two letters, as QG is")
    _check_time(begun, valid, now)
    signed = names.split(";")
    if signed != sorted(signed) or names != names.lower() or "x-app-id" not in signed:
        raise Rejected("signed headers must be in lower case, sorted, and name x-app-id")
    if missing := [name for name in signed if name not in headers]:
        raise Rejected(f"the signed header {missing[0]} was not sent")
    lines = [method, path, "&".join(sorted(filter(None, query.split("&"))))]
    lines += [f"{name}:{_percent(headers[name].strip())}" for name in signed]
    inner = hmac.digest(key.encode(), "/".join(parts[:5]).encode(), "sha256").hex()
    expected = hmac.digest(inner.encode(), "\n".join(lines).encode(), "sha256").hex()
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        raise Rejected("the signature does not match the request")


def _check_time(begun: str, valid: str, now: float) -> None:
    if not (re.fullmatch("[0-9]{1,12}", begun) and re.fullmatch("[0-9]{1,9}", valid)):
        raise Rejected("the time stamp and the validity must be whole seconds")
    if int(begun) + int(valid) < now:
        raise Rejected("the signature has expired")
    if int(begun) > now + AHEAD:
        raise Rejected("the signature is from the future")


def _percent(value: str) -> str:
    return quote_plus(value).replace("+", "%20")
