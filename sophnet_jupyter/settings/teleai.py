"""The settings of the TeleAI account: id, key, address."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import SettingsError
from ..language import mark, tr
from .addresses import checked_key, checked_url, sandbox_root
from .asking import WhoAsks, asking
from .network import proxy_for
from .policy import policy
from .renewed import key_of
from .secret import Secret
from .shared_sandbox import sandbox_key
from .site import refuse_sandbox, site_address
from .variables import tell

TELEAI_URL = "https://openapi.teleagi.cn"
TELEAI_REGION = "QG"
# The sandbox's own; what it is signed with is the sandbox's key.
SANDBOX_APP_ID = "sandbox"


@dataclass(frozen=True, kw_only=True)
class TeleAIAccount:
    """A TeleAI account with its address. ``authorization`` is empty, or a ready header."""

    app_id: str
    app_key: Secret
    authorization: Secret
    region: str
    base_url: str
    setting: str
    device_uuid: str
    proxy: str
    sandbox: bool
    asking: WhoAsks = field(default_factory=WhoAsks)

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None, **arguments: Any) -> TeleAIAccount:
        """
        Gather it from arguments, then the environment; with neither id nor key, the sandbox's.

        Raises `SettingsError` when half of it is missing or cannot be right, or when there is
        none and the sandbox is switched off.
        """
        if environ is None:
            environ = os.environ
            tell()
        policy(environ).check()

        def first(name: str, default: str = "") -> Any:
            return arguments.get(name) or environ.get(f"TELEAI_{name.upper()}", "") or default

        def secret(name: str) -> Any:
            found = key_of(environ, f"TELEAI_{name.upper()}")
            return arguments.get(name) or (found.secret if found else "")

        app_id, key, ready = first("app_id"), secret("app_key"), secret("authorization")
        setting = "TELEAI_BASE_URL"
        sandbox = not (app_id or key or ready)
        if sandbox:
            base_url, app_id, key = _teleai_sandbox(environ)
        else:
            named = first("base_url")
            found = site_address("teleai_base_url", named, setting, TELEAI_URL, environ)
            base_url, setting = found or (
                checked_url(named or TELEAI_URL, setting, TELEAI_URL),
                setting,
            )
            if not app_id or not (key or ready):
                lacks = "TELEAI_APP_KEY" if app_id else "TELEAI_APP_ID"
                raise SettingsError(
                    tr("TeleAI needs an id and a key: {lacks} is missing.", lacks=lacks)
                )
        return cls(
            app_id=_header_word(app_id, "TELEAI_APP_ID"),
            app_key=key if isinstance(key, Secret) else checked_key(key) if key else Secret(""),
            authorization=ready if isinstance(ready, Secret) else Secret(ready.strip()),
            region=_header_word(first("region", TELEAI_REGION), "TELEAI_REGION"),
            # The document calls the whole address the one to call, so that is what is pasted.
            base_url=base_url.partition("/aipaas/")[0],
            setting="SOPHNET_SANDBOX_URL" if sandbox else setting,
            device_uuid=_header_word(first("device_uuid"), "TELEAI_DEVICE_UUID"),
            proxy=proxy_for(base_url, environ, arguments.get("proxy")),
            sandbox=sandbox,
            asking=asking(environ, arguments.get("user"), arguments.get("headers")),
        )


def _teleai_sandbox(environ: Mapping[str, str]) -> tuple[str, str, Secret]:
    """Root (empty where it is still to be started), id and key of the sandbox."""
    refuse_sandbox(
        environ,
        tr("Set TELEAI_APP_ID and TELEAI_APP_KEY before the kernel starts."),
        mark("of TeleAI"),
    )
    root = sandbox_root(environ)
    return root, SANDBOX_APP_ID, sandbox_key(environ)


def _header_word(value: str, name: str) -> str:
    # Each is a part of a header, and slashes separate the parts of a signature.
    value = value.strip()
    if not value.isascii() or not value.isprintable() or " " in value or "/" in value:
        raise SettingsError(
            tr("{name} has characters that it cannot have: copy it again.", name=name)
        )
    return value
