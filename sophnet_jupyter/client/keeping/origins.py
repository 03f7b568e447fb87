"""Who answers, as a name by which answers are kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

# How the origins of sandboxes begin: sandbox/<engine>/<version>.
SANDBOX = "sandbox/"
LOCAL = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Who:
    """
    Who answers: the service, which app of it, and its ``origin``; ``others`` are names under which
    the same one is known.
    """

    service: str
    app: str
    origin: str
    others: tuple[str, ...] = ()


def who(service: str, app: str, origin: str, *, sandbox: bool) -> Who:
    """
    Who answers at an ``origin``, scheme and host, empty for the sandbox of this process.

    A sandbox that is asked with a key, as tests do it, is known for one by its answers only; on
    this machine such an answer is found again all the same.
    """
    if sandbox:
        engine = f"shared@{_host(origin)}" if origin else "scripted"
        return Who(service, app, f"{SANDBOX}{engine}/{_version()}")
    local = _host(origin).rpartition(":")[0] in LOCAL
    return Who(service, app, origin, (sandbox_at(origin),) if local else ())


def sandbox_at(origin: str) -> str:
    """The origin of a sandbox that was asked with a key, at an address of its own."""
    return f"{SANDBOX}{_host(origin)}/{_version()}"


@cache
def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("sophnet-jupyter")
    except metadata.PackageNotFoundError:
        return "0"


def _host(origin: str) -> str:
    return origin.partition("://")[2]
