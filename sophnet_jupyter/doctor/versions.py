"""Checks of package versions against the minimum versions that our own package declares."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata

from ..language import tr

# Read by a kernel that Jupyter started, so it is nobody's requirement but there all the same.
KERNEL = {"ipykernel": "6.30"}

_REQUIREMENT = re.compile(r"([\w.-]+)>=([\d.]+)(?:; extra == ['\"](\w+)['\"])?")


@dataclass(frozen=True, kw_only=True)
class Package:
    """A package with its minimum version; ``needed`` if nothing works without it."""

    name: str
    floor: str
    needed: bool

    @property
    def version(self) -> str:
        """The installed version, empty if there is none."""
        try:
            return metadata.version(self.name)
        except metadata.PackageNotFoundError:
            return ""


def packages() -> list[Package]:
    """Our dependencies, and those of a safe notebook server: the extra ``lab``."""
    found = [Package(name=name, floor=floor, needed=False) for name, floor in KERNEL.items()]
    for line in metadata.requires("sophnet-jupyter") or []:
        match = _REQUIREMENT.fullmatch(line)
        if match and match[3] in (None, "lab"):
            found.append(Package(name=match[1], floor=match[2], needed=match[3] is None))
    return found


def unmet() -> list[Package]:
    """The packages that are too old, or missing though needed."""
    return [
        each
        for each in packages()
        if (each.version or each.needed) and version_parts(each.version) < version_parts(each.floor)
    ]


def summary() -> str:
    """A sentence that lists the installed packages, and those not found in this environment."""
    here = [f"{each.name} {each.version}" for each in packages() if each.version]
    elsewhere = [each.name for each in packages() if not each.version]
    said = ", ".join(here)
    if not elsewhere:
        return said
    missing = ", ".join(elsewhere)
    return tr("{said}; not in this environment: {missing}", said=said, missing=missing)


def version_parts(version: str) -> tuple[int, ...]:
    """The first numbers of a version, to be compared; nothing of one that is empty."""
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3])
