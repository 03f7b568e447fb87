"""What a policy says where a service's settings are read: its address, and the sandbox."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import SettingsError
from ..language import tr
from .addresses import checked_url
from .environment import replays
from .policy import policy


def site_address(
    name: str, said: str, setting: str, like: str, environ: Mapping[str, str]
) -> tuple[str, str] | None:
    """
    The address that the site has set, and who did; None where the user's own holds.

    ``said`` is what the user has set, by ``setting``. Raises `SettingsError` where that is another
    one than the site allows: a key goes nowhere that its user did not mean.
    """
    site = policy(environ)
    locked = site.locks(name)
    found = locked or (None if said else site.defaults.get(name))
    if found is None:
        return None
    url = checked_url(found.value, tr("{name} in {path}", name=name, path=found.path), like)
    if locked and said and checked_url(said, setting, like) != url:
        raise SettingsError(
            tr(
                "The only address here is {url}: decided by {by}. Leave out the other one, and "
                "use a key that is meant for it.",
                url=url,
                by=found.by,
            )
        )
    return url, tr("{name} in {path}", name=name, path=found.path)


def refuse_sandbox(environ: Mapping[str, str], advice: str, whose: str = "") -> None:
    """
    Raise `SettingsError` where the sandbox may not stand in for a service without a key.

    While a cassette is replayed nobody stands in: its answers are those that were recorded.
    """
    if replays(environ):
        return
    site = policy(environ)
    found = site.forbids("sandbox")
    wanted = environ.get("SOPHNET_SANDBOX") == "1"
    if found is None and not wanted and site.default("sandbox") is False:
        found = site.defaults["sandbox"]
    by = tr("decided by {by}", by=found.by) if found else "SOPHNET_NO_SANDBOX=1"
    if found or environ.get("SOPHNET_NO_SANDBOX") == "1":
        if not whose:
            said = tr("No key, and the sandbox is off ({by}). {advice}", by=by, advice=advice)
        else:
            said = tr(
                "No key {whose}, and the sandbox is off ({by}). {advice}",
                whose=tr(whose),
                by=by,
                advice=advice,
            )
        raise SettingsError(said)
