"""
TeleAI's request signature, which is sent in place of the key.

See docs/services/teleai.md#signature.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from urllib.parse import quote

SCHEME = "teleai-cloud-auth-v1"


def authorization(
    app_id: str,
    app_key: str,
    region: str,
    timestamp: int,
    valid_seconds: int,
    method: str,
    path: str,
    query: Iterable[tuple[str, str]],
    headers: Mapping[str, str],
    signed_headers: Iterable[str],
) -> str:
    """
    The value of ``Authorization`` for one request; the body is no part of it.

    ``timestamp`` is in seconds since 1970, and the signature holds for ``valid_seconds`` from
    there. ``path`` and ``query`` are as meant, not escaped. Raises `KeyError` for a signed header
    that ``headers`` lacks, whatever its case there.

    Values are escaped as in RFC 3986. Java's escapes differ for spaces, ``*`` and ``~``, and which
    of the two the gateway wants is not known: such values are better kept out of a query.
    """
    prefix = f"{SCHEME}/{app_id}/{region}/{timestamp}/{valid_seconds}"
    names = sorted(name.lower() for name in signed_headers)
    values = {name.lower(): value.strip() for name, value in headers.items()}
    canonical = "\n".join(
        [
            method.upper(),
            quote(path, safe="/"),
            "&".join(sorted(f"{_escaped(name)}={_escaped(value)}" for name, value in query)),
            *(f"{name}:{_escaped(values[name])}" for name in names),
        ]
    )
    # The second key is the hex text of the first digest, not its bytes.
    signature = _digest(_digest(app_key, prefix), canonical)
    return f"{prefix}/{';'.join(names)}/{signature}"


def _digest(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def _escaped(value: str) -> str:
    return quote(value, safe="")
