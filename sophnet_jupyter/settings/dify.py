"""The settings of Dify apps: key, address, user."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..errors import SettingsError
from ..language import mark, tr
from .addresses import checked_key, checked_url, sandbox_root
from .asking import WhoAsks, asking
from .environment import (
    Timeouts,
    notebook_user,
    session,
)
from .keystore import DEFAULT, Keystore, app_profile
from .network import certificates, proxy_for
from .policy import policy
from .renewed import key_of
from .secret import Secret
from .shared_sandbox import sandbox_key
from .site import refuse_sandbox, site_address
from .variables import tell

DIFY_URL = "https://api.dify.ai/v1"


def choose_dify(app: str, key: Secret | None, base_url: str = "") -> None:
    """Use this key for a Dify app in this kernel from now on; None undoes that."""
    chosen = session.setdefault("dify", {})
    chosen.pop(app_profile("dify", app), None)
    if key is not None:
        chosen[app_profile("dify", app)] = (key, base_url)


def environment_dify_url() -> str:
    """The address that a new key of a Dify app belongs to."""
    return os.environ.get("DIFY_BASE_URL", "") or str(policy().default("dify_base_url", ""))


@dataclass(frozen=True, kw_only=True)
class DifySettings:
    """
    How one Dify app is reached. A key opens one app, so that several apps are several keys.

    ``setting`` and ``key_setting`` say where its address and its key were set, for errors to name.
    """

    api_key: Secret
    base_url: str
    user: str
    setting: str = "DIFY_BASE_URL"
    key_setting: str = "DIFY_API_KEY"
    sandbox: bool = False
    proxy: str = ""
    ca_bundle: str = ""
    timeouts: Timeouts = field(default_factory=Timeouts)
    asking: WhoAsks = field(default_factory=WhoAsks)

    @classmethod
    def read(
        cls,
        name: str = "",
        environ: Mapping[str, str] | None = None,
        *,
        keyless: bool = False,
        **arguments: Any,
    ) -> DifySettings:
        """
        The app of that name, or the one of DIFY_API_KEY; arguments go first.

        ``keyless`` says that nothing will be sent, so that no key is needed. Raises `SettingsError`
        for a name without a key, or where the sandbox is switched off.
        """
        if environ is None:
            environ = os.environ
            tell()
        policy(environ).check()
        given = {name: value for name, value in arguments.items() if value is not None}
        who = asking(environ, given.pop("asked_by", None), given.get("headers"))
        key = _dify_key(name, given, environ, keyless=keyless)
        base_url, setting = _dify_address(name, key, given, environ)
        return cls(
            api_key=_dify_secret(key, environ),
            base_url=base_url,
            user=given.get("user")
            or environ.get("DIFY_USER")
            or who.user
            or notebook_user(environ),
            setting=setting,
            key_setting=key.setting,
            sandbox=not key.value,
            proxy=proxy_for(base_url, environ, given.get("proxy")),
            ca_bundle=certificates(environ, given.get("ca_bundle")),
            timeouts=given.get("timeouts", Timeouts()),
            asking=who,
        )


def dify_apps(environ: Mapping[str, str] | None = None) -> list[str]:
    """The names of the apps that have a key of their own."""
    environ = os.environ if environ is None else environ
    found = (re.fullmatch("DIFY_(.+?)_API_KEY(?:_FILE|_COMMAND)?", name) for name in environ)
    named = {match[1].lower() for match in found if match}
    named |= {name.partition(":")[2] for name in session.get("dify", {})}
    named |= {profile.name for profile in Keystore(environ).apps("dify")}
    return sorted(named - {DEFAULT})


class _DifyKey(NamedTuple):
    """
    A key, empty for that of the sandbox, and what it was set by.

    ``address`` is the one that it was kept with, empty for Dify's own; None where it was not kept.
    """

    value: str | Secret
    setting: str
    address: str | None = None


def _dify_key(
    name: str, given: Mapping[str, Any], environ: Mapping[str, str], *, keyless: bool
) -> _DifyKey:
    """An argument, what %sophnet chose, the environment, a login. Raises `SettingsError`."""
    if argument := given.get("api_key"):
        return _DifyKey(argument, tr("the api_key that was given"))
    kept = tr("the key of {login}", login=f"%sophnet login --service dify {name}".rstrip())
    if chosen := session.get("dify", {}).get(app_profile("dify", name)):
        return _DifyKey(chosen[0], kept, chosen[1])
    if found := key_of(environ, _dify_variable_name(name, "API_KEY")):
        return _DifyKey(found.secret, found.setting)
    if login := _dify_profile(environ, name):
        return _DifyKey(login[0], kept, login[1])
    if name and not keyless:
        raise SettingsError(_no_dify_key(name, environ))
    if not keyless:
        advice = tr("Run %sophnet login --service dify, or set DIFY_API_KEY.")
        refuse_sandbox(environ, advice, mark("for Dify"))
    return _DifyKey("", "SOPHNET_SANDBOX_KEY")


def _dify_address(
    name: str, key: _DifyKey, given: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[str, str]:
    """The address, empty for a sandbox that is still to be started; and where it was set."""
    own = _dify_variable_name(name, "BASE_URL")
    setting = own if environ.get(own) and not given.get("base_url") else "DIFY_BASE_URL"
    if not key.value:
        root = sandbox_root(environ)
        return f"{root}/v1" if root else "", "SOPHNET_SANDBOX_URL"
    said = given.get("base_url") or environ.get(setting) or ""
    if key.address is not None:
        said = key.address or DIFY_URL
    if found := site_address("dify_base_url", str(said), setting, DIFY_URL, environ):
        return found
    url = given.get("base_url") or environ.get(setting) or DIFY_URL
    if key.address is not None:
        # A key that was kept goes to its own address, whatever is set beside it.
        url = key.address or DIFY_URL
        setting = tr(
            "the address of {login}", login=f"%sophnet login --service dify {name}".rstrip()
        )
    return checked_url(url, setting, DIFY_URL), setting


def _dify_secret(key: _DifyKey, environ: Mapping[str, str]) -> Secret:
    if not key.value:
        return sandbox_key(environ)
    return key.value if isinstance(key.value, Secret) else checked_key(str(key.value))


def _dify_profile(environ: Mapping[str, str], app: str) -> tuple[Secret, str] | None:
    profile = Keystore(environ).load(app_profile("dify", app))
    return (profile.api_key, profile.base_url) if profile else None


def _dify_variable_name(app: str, what: str) -> str:
    middle = re.sub(r"\W", "_", app).upper()
    return f"DIFY_{middle}_{what}" if app else f"DIFY_{what}"


def _no_dify_key(name: str, environ: Mapping[str, str]) -> str:
    known = ", ".join(dify_apps(environ)) or tr("none")
    variable = f"DIFY_{re.sub(r'[^A-Za-z0-9]', '_', name[:40]).upper()}_API_KEY"
    return tr(
        "No key of a Dify app {name!r} is set: %sophnet login --service dify NAME "
        "keeps one, or put it into {variable}. Known: {known}.",
        name=name[:40],
        variable=variable,
        known=known,
    )
