"""Whether this environment has what a notebook asks for: a version, extras, a key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata

from ..errors import SettingsError
from ..language import tr
from .versions import version_parts

NAME = "sophnet-jupyter"
_LINE = re.compile(r"([\w.-]+)\s*(?:\[([^\]]*)\])?\s*(?:>=([\d.]+))?")
_EXTRA = re.compile(r"\bextra\s*==\s*['\"]([\w-]+)['\"]")


def extras() -> list[str]:
    """The extras that this package has, by name."""
    return sorted(metadata.metadata(NAME).get_all("Provides-Extra") or [])


def installed() -> str:
    """The version of this package."""
    return metadata.version(NAME)


def lacking(extra: str) -> list[str]:
    """
    What an extra brings and this environment lacks or has too old, such as ``av`` or ``numpy>=2``.

    Raises `SettingsError` for a word that is no extra.
    """
    if extra not in extras():
        known = ", ".join(extras())
        raise SettingsError(
            tr("sophnet-jupyter has no extra {extra}: {known}.", extra=extra, known=known)
        )
    return list(dict.fromkeys(_lacking(extra, set())))


def older(version: str) -> str:
    """The installed version where it is older than ``version``, else nothing."""
    here = installed()
    return here if version_parts(here) < version_parts(version) else ""


def _lacking(extra: str, seen: set[str]) -> Iterator[str]:
    seen.add(extra)
    for line in metadata.requires(NAME) or []:
        wanted, _, marker = line.partition(";")
        found = _LINE.match(wanted.strip())
        if found is None or extra not in _EXTRA.findall(marker) or not _applies(marker, extra):
            continue
        name, own, floor = found.groups()
        if name == NAME:
            for inner in (own or "").split(","):
                if inner.strip() and inner.strip() not in seen:
                    yield from _lacking(inner.strip(), seen)
        elif not _is_there(name, floor or "0"):
            yield f"{name}>={floor}" if floor else name


def _is_there(name: str, floor: str) -> bool:
    try:
        return version_parts(metadata.version(name)) >= version_parts(floor)
    except metadata.PackageNotFoundError:
        return False


def _applies(marker: str, extra: str) -> bool:
    """Whether a requirement is for this Python and system; only `packaging` can tell for sure."""
    if not re.search(r"python_version|sys_platform|platform_", marker):
        return True
    try:
        from packaging.markers import Marker
    except ImportError:
        return False
    return Marker(marker).evaluate({"extra": extra})
