"""Dify apps, opened with the settings of this user."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Self

from ..options.words import checks_keywords
from ..providers.dify import access
from ..providers.dify.app import App
from ..settings import DifySettings, Secret, Timeouts, logs
from ..settings.network import transport
from ..wire.call import Network
from ..wire.wire import Wire
from . import sandbox
from .keeping.origins import Who, who
from .recording import Recorder
from .site.masks import mask_of
from .site.sending import sent_by


@checks_keywords("dify")
class Dify(App):
    """
    One Dify text-generation app, or without a key the sandbox's.

    ``api_key`` is the app's own. ``base_url`` is Dify's root (``https://api.dify.ai/v1``); one of
    your own may be on a private address. ``user`` is who asks: files and messages belong to one;
    what is not given is DIFY_USER, else who asks everywhere (``asked_by``, SOPHNET_USER).
    ``headers`` go along with each request, for a gateway.
    ``app`` names one of several, whose key is in ``DIFY_<APP>_API_KEY``. ``timeouts``, a
    `Timeouts`, are in seconds; ``proxy`` is an address, ``ca_bundle`` a file of certificates to
    trust, ``recorder`` what keeps its answers. Close it with ``await dify.aclose()``, or use it as
    ``async with``.

    Raises `SettingsError` when an argument cannot be right.
    """

    def __init__(
        self,
        api_key: str | Secret | None = None,
        base_url: str | None = None,
        *,
        user: str | None = None,
        asked_by: str | None = None,
        headers: Mapping[str, str] | None = None,
        app: str = "",
        timeouts: Timeouts | None = None,
        proxy: str | None = None,
        ca_bundle: str | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        logs.guard()
        settings = DifySettings.read(
            app,
            keyless=bool(recorder and recorder.replays),
            api_key=api_key,
            base_url=base_url,
            user=user,
            asked_by=asked_by,
            headers=headers,
            timeouts=timeouts,
            proxy=proxy,
            ca_bundle=ca_bundle,
        )
        self._recorder = recorder or Recorder(user=settings.asking.user)
        super().__init__(_wire(settings, self._recorder), user=settings.user)
        self.settings = settings
        self.sandbox = settings.sandbox
        # A named app without a key is one whose answers are replayed.
        self.keyless = settings.sandbox and self._recorder.replays
        self.app = app
        self._keep = self._recorder.keeper(self._who)
        self._mask = mask_of

    def _who(self) -> Who:
        settings = self.settings
        # Of one address there are many apps, which their keys tell apart: so a piece of its hash.
        sign = "" if settings.sandbox else f"#{settings.api_key.mark}"
        return who(access.SERVICE, self.app, _root(settings) + sign, sandbox=settings.sandbox)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _wire(settings: DifySettings, recorder: Recorder) -> Wire:
    origin = access.origin(
        base_url=settings.base_url,
        reveal=sandbox.revealing(settings.api_key, settings.base_url)
        if settings.sandbox
        else settings.api_key.reveal,
        scrub=partial(_scrub, settings.api_key),
        setting=settings.setting,
        key_setting=settings.key_setting,
        locate=_sandbox if settings.sandbox and not settings.base_url else None,
    )
    if settings.sandbox and settings.base_url:
        origin = sandbox.as_caller(origin)
    origin = sent_by(origin, settings.api_key, settings.asking)
    return Wire(
        recorder.guarded(origin),
        Network.within(
            settings.timeouts,
            proxy=settings.proxy,
            ca_bundle=settings.ca_bundle,
            transport=transport(),
        ),
    )


def _root(settings: DifySettings) -> str:
    """Scheme and host, empty for the sandbox of this process."""
    return "/".join(settings.base_url.split("/")[:3])


def _sandbox() -> str:
    return sandbox.address().removesuffix("/api/open-apis") + "/v1"


def _scrub(key: Secret, text: str) -> str:
    return sandbox.scrub(key.scrub(text))
