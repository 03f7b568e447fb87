"""Run all checks of ``%sophnet doctor``, and return their findings in a fixed order."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from ..client import Client
from ..errors import SophNetError
from ..language import tr
from ..settings import (
    Settings,
    described,
    notice,
    page_address,
    policy,
    resource_ids,
    unknown_variables,
)
from ..settings.secret import scrub
from . import versions
from .engines import engines
from .finding import Finding, all_passed
from .network_path import NetworkPath, check_path
from .other_services import check_other_services
from .service import ask, source


async def examine(*, stream: bool = False, **arguments: Any) -> list[Finding]:
    """
    The findings of all checks, in the order in which they are shown.

    ``stream`` also asks a real service for a short answer, to see whether it arrives in pieces; the
    sandbox, which costs nothing, is asked anyway. The arguments are those of `Client`.
    """
    found = [_python(), *_packages(), *_variables(), *_policy(), *_page()]
    try:
        client = Client(**arguments)
    except SophNetError as error:
        return [*found, Finding(mark="✕", about="settings", said=str(error))]
    async with client:
        found.append(_settings(client.settings))
        found += (way := await check_path(_path(client.settings)))
        if all_passed(way):
            found += await ask(client, stream=stream or client.settings.sandbox)
        found += await check_other_services(client)
        found += engines(client.settings)
    # A last net: no check has a key in its words, but a server may.
    return [replace(each, said=scrub(each.said), advice=scrub(each.advice)) for each in found]


def _python() -> Finding:
    said = tr("{version} at {path}", version=sys.version.split()[0], path=sys.executable)
    return Finding(mark="✓", about="python", said=said)


def _packages() -> list[Finding]:
    old = [
        Finding(
            mark="✕" if each.needed else "!",
            about=each.name,
            said=tr(
                "{version}; {floor} is the oldest that will do",
                version=each.version or tr("not installed"),
                floor=each.floor,
            ),
            advice=f'pip install -U "{each.name}>={each.floor}"',
        )
        for each in versions.unmet()
    ]
    return [*old, Finding(mark="✓", about="packages", said=versions.summary())]


def _variables() -> list[Finding]:
    # Told here, so that the client need not warn of it.
    notice()
    return [
        Finding(
            mark="!",
            about="settings",
            said=tr("{name} is set, and nothing reads it", name=described(name, "")),
            advice=tr("did you mean {near}? Set that before the kernel starts", near=near)
            if near
            else "",
        )
        for name, near in unknown_variables().items()
    ]


def _policy() -> list[Finding]:
    """What the site has decided; nothing where it has not."""
    site = policy()
    rows = [Finding(mark="✕", about="policy", said=said) for said in site.wrong]
    rows += [
        Finding(
            mark="!",
            about="policy",
            said=said,
            advice=tr("update sophnet-jupyter, or ask its keeper"),
        )
        for said in site.notices
    ]
    if site.files and not site.wrong:
        rows.append(Finding(mark="✓", about="policy", said=site.described))
    return rows


def _page() -> list[Finding]:
    """What the page cannot do by its address; nothing where nobody knows that."""
    parts = urlsplit(page_address())
    if parts.scheme != "http" or parts.hostname in ("127.0.0.1", "localhost", "::1"):
        return []
    said = tr(
        "served at {address} without https: browsers give no microphone",
        address=f"{parts.scheme}://{parts.netloc}",
    )
    return [Finding(mark="!", about="page", said=said, advice=tr("serve JupyterHub by https"))]


def _path(settings: Settings) -> NetworkPath:
    return NetworkPath(
        base_url=settings.base_url, proxy=settings.proxy, ca_bundle=settings.ca_bundle
    )


def _settings(settings: Settings) -> Finding:
    if settings.sandbox:
        return Finding(
            mark="!",
            about="settings",
            said=tr("no key, so the sandbox on this machine answers: scripted, no real model"),
            advice=tr("for SophNet: %sophnet login, or SOPHNET_API_KEY before the kernel starts"),
        )
    said = tr(
        "{address}, {source}; project {project}, model {model}",
        address=settings.base_url,
        source=source(settings),
        project=resource_ids.told(settings.project_id, settings.easyllm_ids),
        model=settings.model,
    )
    host = urlsplit(settings.base_url).hostname
    if settings.base_url.startswith("http:") and host not in ("127.0.0.1", "localhost", "::1"):
        advice = tr("use an address with https: anybody on the way can read the key")
        return Finding(mark="!", about="settings", said=said, advice=advice)
    return Finding(mark="✓", about="settings", said=said)
