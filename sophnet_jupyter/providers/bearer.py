"""Authentication by a bearer token, for all services that use it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping

from ..errors import speaks_of_money
from ..wire.call import Call, Origin, Reply


def origin(
    *,
    service: str,
    setting: str,
    key_setting: str = "",
    base_url: str,
    reveal: Callable[[], str],
    scrub: Callable[[str], str],
    locate: Callable[[], str] | None = None,
    refuses_key: Callable[[Reply], bool] = lambda reply: False,
) -> Origin:
    """
    The origin of a service, with its key as bearer token on every request.

    ``setting`` and ``key_setting`` name what its address and its key were set by, for errors.
    ``reveal`` gives the key, and ``scrub`` takes it out of a text; ``refuses_key`` knows an error
    about it that comes with 200.
    """

    def authorize(call: Call) -> Mapping[str, str]:
        return {"authorization": f"Bearer {reveal()}"}

    return Origin(
        service=service,
        setting=setting,
        key_setting=key_setting,
        base_url=base_url,
        authorize=authorize,
        scrub=scrub,
        locate=locate,
        account=lambda: account(reveal()),
        refuses_key=refuses_key,
        is_spent=lambda body: speaks_of_money(body.decode("utf-8", "replace")),
    )


# Of this process alone, so that what is made with it says nothing elsewhere.
_SALT = secrets.token_bytes(16)


def account(key: str) -> str:
    """A word that is the same for the same key in this process, and does not give it away."""
    return hashlib.blake2b(key.encode("utf-8", "replace"), key=_SALT, digest_size=8).hexdigest()
