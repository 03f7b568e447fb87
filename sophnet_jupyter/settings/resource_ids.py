"""
The resource ids of a project's services: SophNet calls each an ``easyllm_id``.

One may be meant for all services, or for one; where they are kept together, that for all stands
under `ALL`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import SettingsError
from ..language import tr
from .variables import SERVICES

ALL = "all"


def read(
    given: Mapping[str, Any], chosen: Mapping[str, str], environ: Mapping[str, str]
) -> dict[str, str]:
    """
    The id of each service that has one; ``chosen`` are those that were kept with the key.

    An argument goes before those, and they before the environment; in each place the id of a
    service goes before that for all. Raises `SettingsError`.
    """
    layers = [_arguments(given), checked(chosen), _variables(environ)]
    found = {}
    for service in SERVICES:
        named = [layer[name] for layer in layers for name in (service, ALL) if layer.get(name)]
        if named:
            found[service] = named[0]
    return found


def checked(ids: object) -> dict[str, str]:
    """The ids by service, without empty ones. Raises `SettingsError` for an unknown service."""
    if not isinstance(ids, Mapping):
        raise SettingsError(tr('easyllm_ids is a mapping, such as {"speech": "…"}.'))
    for name, value in ids.items():
        if name not in (*SERVICES, ALL):
            raise SettingsError(
                tr(
                    "easyllm_ids has no {name!r}: it knows {services}.",
                    name=name,
                    services=", ".join(SERVICES),
                )
            )
        if not isinstance(value, str):
            raise SettingsError(tr("The easyllm_id of {name} is a text.", name=name))
    return {str(name): value.strip() for name, value in ids.items() if value.strip()}


def spread(ids: Mapping[str, str]) -> dict[str, str]:
    """The ids by service, with that for all where a service has none of its own."""
    return read({}, ids, {})


def parsed(words: Iterable[str]) -> dict[str, str]:
    """The ids out of ``speech=ID`` and ``ID``, which is for all. Raises `SettingsError`."""
    pairs = [word.partition("=") for word in words]
    return checked({name if equals else ALL: value or name for name, equals, value in pairs})


def told(project_id: str, ids: Mapping[str, str]) -> str:
    """Which services use a project; without its resource id a service takes the short path."""
    if not project_id:
        return tr("decided by the key")
    using = [name for name in SERVICES if ids.get(name)]
    others = [name for name in SERVICES if not ids.get(name)]
    if not others:
        return project_id
    if not using:
        return tr(
            "{project_id}, not used: no service has a resource id (SOPHNET_EASYLLM_ID)",
            project_id=project_id,
        )
    return tr(
        "{project_id}, used by {using}; no resource id for {others}",
        project_id=project_id,
        using=", ".join(using),
        others=", ".join(others),
    )


def _arguments(given: Mapping[str, Any]) -> dict[str, str]:
    common = given.get("easyllm_id", "")
    if not isinstance(common, str):
        raise SettingsError(tr("easyllm_id is a text, the id of a resource of the project."))
    return checked({ALL: common} | checked(given.get("easyllm_ids", {})))


def _variables(environ: Mapping[str, str]) -> dict[str, str]:
    named = {name: environ.get(f"SOPHNET_{name.upper()}_EASYLLM_ID", "") for name in SERVICES}
    return {ALL: environ.get("SOPHNET_EASYLLM_ID", ""), **named}
