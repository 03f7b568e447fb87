"""The way to SophNet: its wire, downloads, and the record of what is asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from ..settings import Settings
from ..settings.network import transport
from . import sandbox
from .keeping.origins import Who, who
from .recording import Recorder
from .site.masks import mask_of
from .site.sending import sent_by

if TYPE_CHECKING:
    from ..providers.keeping import Keeping
    from ..providers.sophnet.paths import ResourceIds
    from ..wire.call import Network
    from ..wire.files.download import Downloader
    from ..wire.wire import Wire

R = TypeVar("R", bound="Keeping")


class SophNetConnection:
    """What all resources of SophNet share; each part is made on first use."""

    settings: Settings
    _recorder: Recorder

    @cached_property
    def _sophnet(self) -> Wire:
        from ..providers.sophnet import access
        from ..wire.wire import Wire

        settings = self.settings
        origin = access.origin(
            base_url=settings.base_url,
            setting=settings.setting,
            key_setting=settings.key_setting,
            reveal=self._reveal(),
            scrub=self._scrub,
            locate=sandbox.address if settings.sandbox and not settings.base_url else None,
        )
        if settings.sandbox and settings.base_url:
            origin = sandbox.as_caller(origin)
        origin = sent_by(origin, settings.api_key, settings.asking)
        return Wire(self._recorder.guarded(origin), self._network)

    def _reveal(self) -> Callable[[], str]:
        settings = self.settings
        if settings.sandbox:
            return sandbox.revealing(settings.api_key, settings.base_url)
        return settings.api_key.reveal

    @cached_property
    def _downloader(self) -> Downloader:
        from ..wire.files.download import Downloader

        return Downloader(self._network, allowed_origins=self._own_origins)

    def _own_origins(self) -> list[str]:
        """The origins whose results may be at private addresses, as configured now."""
        roots = [self.settings.base_url]
        if self.settings.sandbox:
            roots.append(sandbox.running() or "")
        parts = [urlsplit(root) for root in roots if root]
        return [f"{each.scheme}://{each.netloc}" for each in parts]

    @property
    def _network(self) -> Network:
        from ..wire.call import Network

        settings = self.settings
        return Network.within(
            settings.timeouts,
            proxy=settings.proxy,
            ca_bundle=settings.ca_bundle,
            transport=transport(),
        )

    @property
    def _scrub(self) -> Callable[[str], str]:
        own = self.settings.api_key.scrub
        return (lambda text: sandbox.scrub(own(text))) if self.settings.sandbox else own

    @property
    def _origin(self) -> str:
        return "sandbox" if self.settings.sandbox else self.settings.origin

    def _place(self, service: str) -> ResourceIds:
        from ..providers.sophnet.paths import ResourceIds, lacking

        project, easyllm = self.settings.project_id, self.settings.easyllm_ids.get(service, "")
        # The sandbox takes any.
        lacks = "" if self.settings.sandbox else lacking(service, project, easyllm)
        return ResourceIds(project_id=project, easyllm_id=easyllm, lacks=lacks)

    def _kept(self, resource: R, place: ResourceIds | None = None) -> R:
        """A resource whose answers pass the recording, the first with what its place lacks."""
        from ..providers.noticed import once

        lacks = place.lacks if place else ""
        resource._keep = once(lacks, self._recorder.keeper(self._who))
        resource._mask = mask_of
        return resource

    def _who(self) -> Who:
        settings = self.settings
        origin = settings.origin if settings.base_url else ""
        return who("SophNet", settings.project_id, origin, sandbox=settings.sandbox)
