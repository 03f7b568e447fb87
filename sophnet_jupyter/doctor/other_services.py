"""Checks of Dify and TeleAI, for those services that have a key."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from ..client import Client
from ..errors import KeyRejected, SettingsError, SophNetError
from ..language import tr
from ..settings import dify_apps
from .finding import Finding, all_passed, run_check
from .network_path import NetworkPath, check_path

if TYPE_CHECKING:
    from ..client import Dify, TeleAI


async def check_other_services(client: Client) -> list[Finding]:
    """The findings on Dify's apps and on TeleAI; none for a service without a key."""
    checks = [_app(client, name) for name in ["", *dify_apps()]]
    found = await asyncio.gather(*checks, _analyst(client))
    return [finding for each in found for finding in each]


async def _app(client: Client, name: str) -> list[Finding]:
    about = f"dify {name}".strip()
    try:
        app = client.dify_app(name)
    except SettingsError as error:
        # Who has switched the sandbox off need not have a key of each service.
        return [Finding(mark="✕" if name else "!", about=about, said=str(error))]
    if app.settings.sandbox:
        return []
    settings = app.settings
    way = await check_path(
        NetworkPath(
            base_url=settings.base_url,
            proxy=settings.proxy,
            ca_bundle=settings.ca_bundle,
            setting=settings.setting,
        )
    )
    return _of(about, [*way, *(await run_check("key", _opened(app)) if all_passed(way) else [])])


async def _opened(app: Dify) -> list[Finding]:
    """Check the key with a request for the app's name."""
    try:
        info = await app.info()
    except KeyRejected as error:
        advice = tr("make a new one in the app's page on API access")
        return [Finding(mark="✕", about="key", said=str(error), advice=advice)]
    except SophNetError as error:
        return [Finding(mark="!", about="key", said=str(error))]
    said = tr("opens the app {name!r}", name=str(info.get("name"))[:60])
    return [Finding(mark="✓", about="key", said=said)]


async def _analyst(client: Client) -> list[Finding]:
    try:
        analyst: TeleAI = client.excel
    except SettingsError as error:
        return [Finding(mark="!", about="teleai", said=str(error))]
    account = analyst.account
    if account.sandbox:
        return []
    way = await check_path(
        NetworkPath(
            base_url=account.base_url,
            proxy=account.proxy,
            ca_bundle=client.settings.ca_bundle,
            setting="TELEAI_BASE_URL",
        )
    )
    # Nothing it has is free of cost, so that only an analysis tells whether the key is right.
    said = tr(
        "app id {id}, region {region}; the first analysis tries the key",
        id=account.app_id,
        region=account.region,
    )
    return _of("teleai", [*way, Finding(mark="✓", about="key", said=said)])


def _of(service: str, found: list[Finding]) -> list[Finding]:
    return [replace(each, about=f"{service} {each.about}") for each in found]
