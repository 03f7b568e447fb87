"""The settings of SophNet: key, address, project, model."""

from __future__ import annotations

import os
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from ..errors import SettingsError
from ..language import tr
from . import resource_ids
from .addresses import BASE_URL, checked_key, checked_url, sandbox_url
from .asking import WhoAsks, asking
from .environment import (
    KEY_SOURCES,
    KeySource,
    Timeouts,
    session,
)
from .keystore import DEFAULT, Keystore
from .network import certificates, proxy_for
from .policy import policy
from .renewed import has_key, key_of
from .secret import Secret as Secret
from .shared_sandbox import sandbox_key
from .site import refuse_sandbox, site_address
from .variables import tell

MODEL = "DeepSeek-V3.2"


def choose(
    key: Secret,
    *,
    profile: str = "",
    base_url: str = "",
    project_id: str = "",
    easyllm_ids: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Use this key from now on, with its address, its project and the ids of its resources."""
    session.update(
        {
            "api_key": key,
            "profile": profile,
            "base_url": base_url,
            "project_id": project_id,
            "easyllm_ids": dict(easyllm_ids),
        }
    )


def forget() -> None:
    """Undo `choose`."""
    for name in ("api_key", "profile", "base_url", "project_id", "easyllm_ids"):
        session.pop(name, None)  # type: ignore[misc]


def environment_has_key() -> bool:
    """True when SOPHNET_API_KEY, or its file or program, goes before a stored key."""
    return has_key(os.environ, "SOPHNET_API_KEY")


def environment_base_url() -> str:
    """The default address of a new key."""
    return os.environ.get("SOPHNET_BASE_URL", "") or str(policy().default("base_url", ""))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a `Client` needs to know before it connects. Its repr hides the key."""

    api_key: Secret
    key_source: KeySource
    profile: str = ""
    base_url: str
    # What names the address and the key, for errors to say which is to be changed.
    setting: str = "SOPHNET_BASE_URL"
    key_setting: str = "SOPHNET_API_KEY"
    project_id: str = ""
    model: str = MODEL
    easyllm_ids: Mapping[str, str] = field(default_factory=dict)
    proxy: str = ""
    ca_bundle: str = ""
    timeouts: Timeouts = field(default_factory=Timeouts)
    # Who asks, for a gateway that counts by user.
    asking: WhoAsks = field(default_factory=WhoAsks)

    @property
    def sandbox(self) -> bool:
        """True when there is no key, so that a local stand-in answers."""
        return self.key_source == "sandbox"

    @property
    def key_from(self) -> str:
        """Where the key comes from, in the language of this moment."""
        said = KEY_SOURCES.get(self.key_source, self.key_source)
        return tr(said)

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None, **arguments: Any) -> Settings:
        """
        Gather the settings.

        Raises `SettingsError` when there is no key and the sandbox is switched off, or when an
        address cannot be one.
        """
        if environ is None:
            environ = os.environ
            tell()
        policy(environ).check()
        given = {name: value for name, value in arguments.items() if value is not None}
        timeouts = given.pop("timeouts", Timeouts())
        if not isinstance(timeouts, Timeouts):
            raise SettingsError(
                tr("timeouts is Timeouts(total=60), not {timeouts!r:.80}.", timeouts=timeouts)
            )
        key = _key(given, environ)
        said = _Said(given, _chosen(key), environ)
        base_url, setting = _address(key, said)
        return cls(
            api_key=key.secret,
            key_source=key.source,
            profile=said.chosen.get("profile", ""),
            base_url=base_url,
            setting=setting,
            key_setting=_key_setting(key),
            project_id=said.first("project_id"),
            model=said.first("model", policy(environ).default("model", MODEL)),
            easyllm_ids=resource_ids.read(given, key.easyllm_ids, environ),
            proxy=proxy_for(base_url, environ, given.get("proxy")),
            ca_bundle=certificates(environ, given.get("ca_bundle")),
            timeouts=timeouts,
            asking=asking(environ, given.get("user"), given.get("headers")),
        )

    @property
    def origin(self) -> str:
        """Scheme and host of the service, without any path or query."""
        if not self.base_url:
            return tr("a process of this kernel, started on first use")
        parts = urllib.parse.urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def model_name() -> str:
    """The chat model for a call that names none, as of now: ``%sophnet model`` may change it."""
    said = session.get("model") or os.environ.get("SOPHNET_MODEL")
    return said or str(policy().default("model", MODEL))


class _Said(NamedTuple):
    """The sources of a setting: arguments, ``%sophnet``, the environment."""

    given: Mapping[str, Any]
    chosen: Mapping[str, str]
    environ: Mapping[str, str]

    def first(self, name: str, default: str = "") -> str:
        for place in (self.given, self.chosen):
            if name in place:
                return str(place[name])
        return self.environ.get(f"SOPHNET_{name.upper()}", "") or default


class _Key(NamedTuple):
    """A key, where it came from, and what goes with it: its profile, address and project."""

    secret: Secret
    source: KeySource
    belongings: Mapping[str, str] = MappingProxyType({})
    easyllm_ids: Mapping[str, str] = MappingProxyType({})
    variable: str = ""


def _key(given: Mapping[str, Any], environ: Mapping[str, str]) -> _Key:
    if "api_key" in given:
        value = given["api_key"]
        return _Key(value if isinstance(value, Secret) else checked_key(str(value)), "argument")
    if secret := session.get("api_key"):
        name, project = session.get("profile", ""), session.get("project_id", "")
        belongings = _belongings(name, session.get("base_url", ""), project)
        return _Key(secret, "%sophnet", belongings, session.get("easyllm_ids", {}))
    if found := key_of(environ, "SOPHNET_API_KEY"):
        return _environments(found.secret, found.setting, environ)
    name = environ.get("SOPHNET_PROFILE") or DEFAULT
    if profile := Keystore(environ).load(name):
        belongings = _belongings(name, profile.base_url, profile.project_id)
        return _Key(profile.api_key, profile.kept, belongings, profile.easyllm_ids)
    if "SOPHNET_PROFILE" in environ and name != DEFAULT:
        raise SettingsError(
            tr(
                "SOPHNET_PROFILE names {name!r}, of which no key is stored: %sophnet login {name}",
                name=name,
            )
        )
    return _Key(_sandbox_key(environ), "sandbox")


def _environments(secret: Secret, setting: str, environ: Mapping[str, str]) -> _Key:
    """A key of the environment, with what a profile of the team says where nothing else does."""
    team = Keystore(environ).team(environ.get("SOPHNET_PROFILE") or DEFAULT)
    if team is None:
        return _Key(secret, "environment", variable=setting)
    said = {"base_url": team.base_url, "project_id": team.project_id}
    belongings = {
        name: value
        for name, value in said.items()
        if value and not environ.get(f"SOPHNET_{name.upper()}")
    }
    if belongings:
        belongings["profile"] = team.name
    return _Key(secret, "environment", belongings, team.easyllm_ids, setting)


def _sandbox_key(environ: Mapping[str, str]) -> Secret:
    refuse_sandbox(
        environ, tr("Run %sophnet login, or set SOPHNET_API_KEY before the kernel starts.")
    )
    return sandbox_key(environ)


def _chosen(key: _Key) -> dict[str, str]:
    """What goes with the key, and the model of ``%sophnet model``."""
    model = {"model": session["model"]} if "model" in session else {}
    return {**key.belongings, **model}


def _address(key: _Key, said: _Said) -> tuple[str, str]:
    """The address to send the key to, and what it was set by. Raises `SettingsError`."""
    if key.source == "sandbox":
        # An empty one: client/sandbox.py starts it and learns its port on first use.
        return sandbox_url(said.environ), "SOPHNET_SANDBOX_URL"
    setting = "SOPHNET_BASE_URL"
    if found := site_address(
        "base_url", said.first("base_url"), "SOPHNET_BASE_URL", BASE_URL, said.environ
    ):
        return found
    if "base_url" in said.given:
        setting = tr("base_url (SOPHNET_BASE_URL is not used)")
    elif "base_url" in said.chosen:
        setting = tr("the address of {login}", login=_login(said.chosen.get("profile", "")))
        if key.variable:
            setting = tr("the address of profile {name}", name=said.chosen.get("profile", ""))
    url = checked_url(said.first("base_url", BASE_URL), setting.partition(" (")[0])
    return url, setting


def _key_setting(key: _Key) -> str:
    unused = tr("api_key (SOPHNET_API_KEY is not used)")
    names = {"argument": unused, "environment": key.variable}
    names["sandbox"] = "SOPHNET_SANDBOX_KEY"
    return names.get(key.source) or tr(
        "the key of {login}", login=_login(key.belongings.get("profile", ""))
    )


def _login(profile: str) -> str:
    return f"%sophnet login {profile if profile != DEFAULT else ''}".rstrip()


def _belongings(profile: str, base_url: str, project_id: str) -> dict[str, str]:
    # The address is always named, so that no other setting sends this key elsewhere.
    project = {"project_id": project_id} if project_id else {}
    return {"profile": profile, "base_url": base_url or BASE_URL, **project}
