"""One door to every service, opened on first use."""

from __future__ import annotations

from functools import cached_property
from types import TracebackType
from typing import Any, Self

from . import local, logs
from .providers.sophnet import access
from .providers.sophnet.chat import Chat
from .providers.sophnet.models import Models, models
from .settings import Secret, Settings, model_name
from .wire import http
from .wire.call import Network
from .wire.wire import Wire


class Client:
    """
    Talks to the services, or without a key to the sandbox on this machine.

    ``base_url`` is SophNet's root (``…/api/open-apis``). Further arguments are those of
    `Settings`: ``model``, ``timeouts``, ``proxy``, ``ca_bundle``. May be used from several event
    loops; close it on each with ``await client.aclose()``, or use it as ``async with``.

    Raises `SettingsError` when an argument cannot be right.
    """

    def __init__(
        self,
        api_key: str | Secret | None = None,
        base_url: str | None = None,
        project_id: str | None = None,
        **arguments: Any,
    ) -> None:
        logs.guard()
        self._model = arguments.get("model")
        # What `models` found last, for completion, which cannot wait for an answer.
        self.known_models: Models | None = None
        self.settings = Settings.read(
            api_key=api_key, base_url=base_url, project_id=project_id, **arguments
        )

    def __repr__(self) -> str:
        place = "sandbox" if self.settings.sandbox else self.settings.origin
        return f"<Client {place}, key from {self.settings.key_source}>"

    @cached_property
    def chat(self) -> Chat:
        """Chat completions."""
        return Chat(self._sophnet, default_model=lambda: self._model or model_name())

    async def models(self, *, refresh: bool = False) -> Models | None:
        """
        The models that the service lists, asked for once; None where it has no list.

        What is listed need not be enabled in the key's project, and the other way round. Raises
        `SophNetError`.
        """
        if refresh or self.known_models is None:
            self.known_models = await models(self._sophnet)
        return self.known_models

    @cached_property
    def _sophnet(self) -> Wire:
        settings = self.settings
        origin = access.origin(
            base_url=settings.base_url,
            reveal=settings.api_key.reveal,
            # The sandbox's key is a public word, and may stand in any sentence.
            scrub=str if settings.sandbox else settings.api_key.scrub,
            locate=local.sandbox if settings.sandbox and not settings.base_url else None,
        )
        network = Network(
            connect=settings.timeouts.connect,
            between=settings.timeouts.between,
            total=settings.timeouts.total,
            proxy=settings.proxy,
            ca_bundle=settings.ca_bundle,
        )
        return Wire(origin, network)

    def warm_up(self) -> None:
        """Do now, without any traffic, what the first request would wait for: some 60 ms."""
        http.warm_up(self.settings.ca_bundle if self.settings.base_url[:6] == "https:" else None)

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        if "_sophnet" in self.__dict__:
            await self._sophnet.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()
