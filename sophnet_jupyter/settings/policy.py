"""
What a site has decided for its users: ``policy.toml`` on Jupyter's config path.

Read from ``sophnet_jupyter/policy.toml`` in each of these folders, and from the file of
SOPHNET_POLICY. What is locked in a stronger file holds against all weaker ones, of defaults that of
the weaker one, which is nearer to the user.

| strength | folder |
|---|---|
| 1 | ``/etc/jupyter``, ``/usr/local/etc/jupyter``; on Windows ``%PROGRAMDATA%\\jupyter`` |
| 2 | ``etc/jupyter`` of this Python |
| 3 | the file that SOPHNET_POLICY names |
| 4 | ``$JUPYTER_CONFIG_PATH``, then ``$JUPYTER_CONFIG_DIR`` or ``~/.jupyter`` |

In a user's own kernel this guides: who can run code there can change it. What must hold is held by
a gateway that has the key.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import SettingsError, why
from ..language import tr
from .policy_values import LOCKED_ONLY, OPTIONS

NAME = Path("sophnet_jupyter", "policy.toml")
# The form of the file that this version reads.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Decision:
    """A value, and who decided it: the file, and whom to ask."""

    value: Any
    path: Path
    contact: str = ""

    @property
    def by(self) -> str:
        """``your site's policy (/etc/jupyter/…; ask data@example.org)``."""
        ask = tr("; ask {contact}", contact=self.contact) if self.contact else ""
        return tr("your site's policy ({path}{ask})", path=self.path, ask=ask)


@dataclass(frozen=True, slots=True)
class Policy:
    """
    The decisions of all files together.

    ``wrong`` are sentences on what cannot be read: with one of them nothing is asked, since what
    the site wanted is not known. ``notices`` are on what only a newer version knows.
    """

    locked: Mapping[str, Decision] = field(default_factory=dict)
    defaults: Mapping[str, Decision] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    wrong: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    def default(self, name: str, otherwise: Any = None) -> Any:
        """The value where the user has said nothing: the locked one, else the default."""
        found = self.locked.get(name) or self.defaults.get(name)
        return otherwise if found is None else found.value

    def locks(self, name: str) -> Decision | None:
        """The decision that nobody may change, if there is one."""
        return self.locked.get(name)

    def forbids(self, name: str) -> Decision | None:
        """The decision that switches something off, if there is one."""
        found = self.locked.get(name)
        return found if found and found.value is False else None

    @property
    def masks(self) -> bool:
        """Whether questions are masked of which nobody said whether they are to be."""
        locked = self.locks("masking")
        return bool(locked.value if locked else self.default("masking", False))

    def refuse(self, name: str, what: str) -> None:
        """Raise `SettingsError`, which says who decided, where ``name`` is switched off."""
        if found := self.forbids(name):
            raise SettingsError(tr("{what} is off here: decided by {by}.", what=what, by=found.by))

    def check_service(self, name: str) -> None:
        """Raise `SettingsError` for a service that is none of those allowed."""
        found = self.locked.get("services")
        if found and name not in found.value:
            allowed = ", ".join(found.value) or tr("none")
            raise SettingsError(
                tr(
                    "The service {name} is off here: decided by {by}. Allowed: {allowed}.",
                    name=name,
                    by=found.by,
                    allowed=allowed,
                )
            )

    def check_model(self, name: str) -> None:
        """Raise `SettingsError` for a model that is none of those allowed; none named is fine."""
        found = self.locked.get("models")
        if found and name and not any(fnmatchcase(name, each) for each in found.value):
            allowed = ", ".join(found.value) or tr("none")
            raise SettingsError(
                tr(
                    "The model {name:.80} is not allowed here: decided by {by}. "
                    "Allowed: {allowed}.",
                    name=name,
                    by=found.by,
                    allowed=allowed,
                )
            )

    @property
    def described(self) -> str:
        """What is decided and where, in one line; no address and no text of it is a key."""
        locked = ", ".join(sorted(self.locked)) or tr("nothing")
        usual = ", ".join(sorted(self.defaults))
        said = tr("{files}: locks {locked}", files=", ".join(map(str, self.files)), locked=locked)
        return tr("{said}; defaults for {usual}", said=said, usual=usual) if usual else said

    def check(self) -> None:
        """Raise `SettingsError` where a file cannot be read as it was meant."""
        if self.wrong:
            raise SettingsError(self.wrong[0])


def policy(environ: Mapping[str, str] | None = None) -> Policy:
    """The policy as its files stand now. Reads them again only where one has changed."""
    environ = os.environ if environ is None else environ
    paths = _paths(*[environ.get(name, "") for name in _PLACED_BY], sys.prefix)
    # Names and no paths: these take ten times as long to be compared, and each call asks.
    found = tuple(zip(paths, map(_stamp, paths), strict=True))
    if (known := _read.get(found)) is None:
        _read.clear()
        known = _read[found] = _merged([Path(name) for name, stamp in found if stamp], environ)
    return known


_Stamp = tuple[int, int, int]
_read: dict[tuple[tuple[str, _Stamp | None], ...], Policy] = {}
# The variables that say where a policy may be.
_HOME = "USERPROFILE" if sys.platform == "win32" else "HOME"
_PLACED_BY = (
    *("PROGRAMDATA", "SOPHNET_POLICY", "JUPYTER_CONFIG_PATH", "JUPYTER_CONFIG_DIR", _HOME),
)


def _stamp(name: str) -> _Stamp | None:
    try:
        # Most are not there, of which an error says the same in twice the time.
        if not os.access(name, os.F_OK):
            return None
        status = os.stat(name)  # noqa: PTH116 - it is a name
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


@lru_cache(maxsize=16)
def _paths(
    program_data: str, named: str, config_path: str, own: str, home: str, prefix: str
) -> tuple[str, ...]:
    """Where a policy may be, the strongest first."""
    if sys.platform == "win32":
        shared = [Path(program_data, "jupyter")] if program_data else []
    else:
        shared = [Path("/etc/jupyter"), Path("/usr/local/etc/jupyter")]
    found = [folder / NAME for folder in (*shared, Path(prefix, "etc", "jupyter"))]
    if named := named.strip():
        found.append(Path(named).expanduser())
    found += [Path(each) / NAME for each in config_path.split(os.pathsep) if each]
    if own or home:
        found.append((Path(own) if own else Path(home, ".jupyter")) / NAME)
    return tuple(map(str, found))


def _merged(paths: list[Path], environ: Mapping[str, str]) -> Policy:
    locked: dict[str, Decision] = {}
    defaults: dict[str, Decision] = {}
    wrong: list[str] = []
    notices: list[str] = []
    named = environ.get("SOPHNET_POLICY", "").strip()
    if named and Path(named).expanduser() not in paths:
        wrong.append(
            tr("SOPHNET_POLICY names {named}, which cannot be read: ask who set it.", named=named)
        )
    for path in paths:
        try:
            said = _loaded(path)
        except (OSError, ValueError) as error:
            reason = why(error) if isinstance(error, OSError) else str(error).rstrip(".")
            wrong.append(
                tr(
                    "The policy {path} cannot be read: {reason}. Ask whoever keeps it.",
                    path=path,
                    reason=reason,
                )
            )
            continue
        contact = str(said.pop("contact", ""))
        version = said.pop("version", VERSION)
        if version != VERSION:
            notices.append(
                tr(
                    "The policy {path} is of form {version}, and this version of sophnet_jupyter "
                    "knows {version2}: it holds as far as it is understood.",
                    path=path,
                    version=version,
                    version2=VERSION,
                )
            )
        for table, place in (("locked", locked), ("defaults", defaults)):
            for name, value in _table(said, table, path, wrong).items():
                if problem := _problem(name, value, table):
                    newer = name not in OPTIONS
                    (notices if newer else wrong).append(f"{path}: {problem}")
                    continue
                decision = Decision(OPTIONS[name].read(value), path, contact)
                if table == "defaults" or name not in place:
                    place[name] = decision
        notices += [tr("{path}: nothing reads [{name}].", path=path, name=name) for name in said]
    return Policy(locked, defaults, tuple(paths), tuple(wrong), tuple(notices))


def _loaded(path: Path) -> dict[str, Any]:
    # Only where there is a policy.
    import tomllib

    with path.open("rb") as file:
        return tomllib.load(file)


def _table(said: dict[str, Any], name: str, path: Path, wrong: list[str]) -> dict[str, Any]:
    found = said.pop(name, {})
    if isinstance(found, dict):
        return found
    wrong.append(tr("{path}: {name} is a table, [{name}], and not a value.", path=path, name=name))
    return {}


def _problem(name: str, value: Any, table: str) -> str:
    """What is wrong with an option of a policy; empty where nothing is."""
    if name not in OPTIONS:
        return tr("nothing reads {name!r}; is it of a newer version, or misspelt?", name=name)
    if table == "defaults" and name in LOCKED_ONLY:
        return tr(
            "{name} belongs into [locked]: there is nothing by which a user would change it.",
            name=name,
        )
    if table == "locked" and name == "model":
        return tr("model belongs into [defaults]; models in [locked] says which may be asked.")
    return OPTIONS[name].problem(name, value)
