"""Shared by all settings: the session's choices, profiles, folders, and checks."""

from __future__ import annotations

import getpass
import hashlib
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict

from ..errors import SettingsError
from ..language import mark, tr
from .asking import user_of
from .keystore import DEFAULT, Keystore
from .policy import policy
from .secret import Secret

SANDBOX_KEY = "sandbox"


KeySource = Literal["argument", "%sophnet", "environment", "keyring", "file", "sandbox"]
# The same where a reader sees it; ``%sophnet`` is a name.
KEY_SOURCES = {
    "argument": mark("argument"),
    "environment": mark("environment"),
    "keyring": mark("keyring"),
    "file": mark("file"),
    "sandbox": mark("sandbox"),
}


class Chosen(TypedDict, total=False):
    """The settings made by ``%sophnet``. A key is never among them as plain text."""

    api_key: Secret
    base_url: str
    project_id: str
    easyllm_ids: dict[str, str]
    profile: str
    model: str
    # One of `language.LANGUAGES`.
    language: str
    # Whether what is asked is kept.
    history: bool
    # Whether answers come from a cassette, so that nothing is sent.
    replays: bool
    # Keys of Dify apps with their addresses, by the names of their profiles.
    dify: dict[str, tuple[Secret, str]]


# What %sophnet set. It ends with the kernel.
session: Chosen = {}


def store() -> Keystore:
    """The profiles of this user."""
    return Keystore(os.environ)


def profile_in_use() -> str:
    """The profile that a login without a name changes."""
    return session.get("profile") or os.environ.get("SOPHNET_PROFILE") or DEFAULT


def data_folder(environ: Mapping[str, str] | None = None) -> Path:
    """
    The user's data folder: the task journal and caches.

    SOPHNET_DATA_DIR, or the system's own place: ``%LOCALAPPDATA%``, ``~/Library/Application
    Support``, ``$XDG_DATA_HOME`` or ``~/.local/share``, and in it ``sophnet_jupyter``. A process
    without a home gets a folder in the working one.
    """
    environ = os.environ if environ is None else environ
    if named := environ.get("SOPHNET_DATA_DIR"):
        return Path(named).expanduser()
    home = environ.get("USERPROFILE" if sys.platform == "win32" else "HOME", "")
    if sys.platform == "win32":
        base = environ.get("LOCALAPPDATA", "") or (home and f"{home}/AppData/Local")
    elif sys.platform == "darwin":
        base = home and f"{home}/Library/Application Support"
    else:
        base = environ.get("XDG_DATA_HOME", "")
        # The standard wants a relative path to be ignored.
        base = base if base.startswith("/") else home and f"{home}/.local/share"
    return Path(base, "sophnet_jupyter") if base else Path(".sophnet_jupyter")


def cache_folder(environ: Mapping[str, str] | None = None) -> Path:
    """
    The user's folder of what can be made again: vectors and maps.

    SOPHNET_CACHE_DIR, or the system's own place: ``%LOCALAPPDATA%``, ``~/Library/Caches``,
    ``$XDG_CACHE_HOME`` or ``~/.cache``, and in it ``sophnet_jupyter``. Where a home lies on a
    network drive, the node's own disk: a cache there would be slower than what it saves.
    """
    environ = os.environ if environ is None else environ
    site = policy(environ)
    locked, named = site.locks("cache_folder"), environ.get("SOPHNET_CACHE_DIR")
    if named and not locked:
        return Path(named).expanduser()
    if chosen := site.default("cache_folder"):
        return site_folder(str(chosen), environ)
    home = environ.get("USERPROFILE" if sys.platform == "win32" else "HOME", "")
    if sys.platform == "win32":
        base = environ.get("LOCALAPPDATA", "") or (home and f"{home}/AppData/Local")
    elif sys.platform == "darwin":
        base = home and f"{home}/Library/Caches"
    else:
        base = environ.get("XDG_CACHE_HOME", "")
        base = base if base.startswith("/") else home and f"{home}/.cache"
    if not base:
        return Path(".sophnet_jupyter")
    if on_network(Path(base), _mounts()):
        whose = hashlib.sha256(str(base).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir(), f"sophnet_jupyter-{whose}")
    return Path(base, "sophnet_jupyter")


def cache_size() -> int | None:
    """The most bytes that a site lets the cache take; None where nobody says it."""
    chosen = policy().default("cache_size")
    return None if chosen is None else int(chosen)


# As Linux names them; elsewhere nobody tells, and the folder is taken as it is.
_NETWORK = frozenset(
    """
    nfs nfs4 cifs smb3 lustre gpfs beegfs ceph afs 9p fuse.sshfs fuse.glusterfs fuse.s3fs
    fuse.gcsfuse
    """.split()
)


def on_network(path: Path, mounts: str) -> bool:
    """Whether a folder lies on a network drive, by a table of mounts as Linux has it."""
    found, kind = "", ""
    for line in mounts.split("\n"):
        parts = line.split(" ")
        inside = len(parts) > 2 and (path.is_relative_to(parts[1]) or parts[1] == "/")
        if inside and len(parts[1]) >= len(found):
            found, kind = parts[1], parts[2]
    return kind in _NETWORK


def _mounts() -> str:
    try:
        return Path("/proc/self/mounts").read_text(errors="replace")
    except OSError:
        return ""


def history_on() -> bool:
    """
    True unless the site's policy, SOPHNET_HISTORY=0 or ``%sophnet history off`` keeps nothing.
    """
    site = policy()
    if locked := site.locks("history"):
        return bool(locked.value)
    said = os.environ.get("SOPHNET_HISTORY", "")
    usual = said not in ("0", "off") if said else bool(site.default("history", True))
    return session.get("history", usual)


def replays(environ: Mapping[str, str] | None = None) -> bool:
    """Whether answers come from a cassette that is there: then no key is needed, nor a sandbox."""
    named = (os.environ if environ is None else environ).get("SOPHNET_CASSETTE", "")
    return session.get("replays", False) or bool(named and Path(named).is_file())


def cassette_path() -> str:
    """The cassette that SOPHNET_CASSETTE names, empty without one. Raises `SettingsError`."""
    if named := os.environ.get("SOPHNET_CASSETTE", ""):
        what = tr("{name}: recording and replaying", name=f"SOPHNET_CASSETTE={named:.80}")
        policy().refuse("cassettes", what)
    return named


def spending_limit() -> str:
    """What may be spent, as the policy or SOPHNET_BUDGET says: ``20 CNY per day``; else empty."""
    if locked := policy().locks("budget"):
        return str(locked.value)
    return os.environ.get("SOPHNET_BUDGET", "")


def usual_spending_limit() -> str:
    """What may be spent where the user has said nothing, by the policy; empty without it."""
    return str(policy().default("budget", ""))


def output_is_stable() -> bool:
    """True where outputs are to hold nothing that differs each time a cell is run."""
    return os.environ.get("SOPHNET_OUTPUT", "") == "stable"


def notebook_path() -> str:
    """The notebook that this kernel serves, where the server says; empty elsewhere."""
    return os.environ.get("JPY_SESSION_NAME", "")


# Whether this process is a kernel that nobody watches: set where kernels are known.
nobody_watches: list[Callable[[], bool]] = []


def refuse_silent_sandbox() -> None:
    """
    Raise `SettingsError` where scripted answers would be taken for real ones: in a run that nobody
    watches, as of nbclient or papermill, which has not asked for the sandbox.
    """
    if os.environ.get("SOPHNET_SANDBOX") == "1" or os.environ.get("SOPHNET_SANDBOX_URL"):
        return
    if any(asked() for asked in nobody_watches):
        raise SettingsError(
            tr(
                "No key, and nobody watches this run: the scripted answers of the sandbox "
                "would pass for real ones. Set SOPHNET_API_KEY (or DIFY_API_KEY, "
                "TELEAI_APP_ID) before it starts, or ask for the sandbox with "
                "SOPHNET_SANDBOX=1."
            )
        )


def mask_patterns() -> str:
    """The file of further patterns for masking, by site or SOPHNET_MASK_PATTERNS; else empty."""
    site = policy()
    said = "" if site.locks("mask_patterns") else os.environ.get("SOPHNET_MASK_PATTERNS", "")
    return said or str(site.default("mask_patterns", ""))


def page_address() -> str:
    """The address at which a JupyterHub serves this user's pages, where it says so; else empty."""
    return os.environ.get("JUPYTERHUB_PUBLIC_URL", "")


def media_in_files() -> bool:
    """True when results shown in a notebook are to be files beside it, and not in it."""
    site = policy()
    locked = site.locks("media")
    said = "" if locked else os.environ.get("SOPHNET_MEDIA", "")
    return (said or site.default("media", "")) == "files"


def media_folder() -> str:
    """Where a site wants files of media, empty for beside the notebook."""
    chosen = policy().default("media_folder", "")
    return str(site_folder(str(chosen), os.environ)) if chosen else ""


def site_folder(written: str, environ: Mapping[str, str]) -> Path:
    """A folder of a policy: ``~`` is the user's home, ``{user}`` who asks, as a name of a file."""
    who = user_of(environ) or _login()
    name = re.sub(r"[^\w.@-]", "_", who).strip(".") or "user"
    return Path(written.replace("{user}", name)).expanduser()


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Time limits in seconds: to connect, between two chunks, and for a whole call."""

    connect: float = 10.0
    between: float = 120.0
    total: float = 900.0


def notebook_user(environ: Mapping[str, str]) -> str:
    """
    A stable user id for Dify per notebook, which reveals nothing about it.

    JPY_SESSION_NAME is the notebook's path, where the server sets it.
    """
    try:
        folder = str(Path.cwd())
    except OSError:  # it is gone
        folder = ""
    facts = (_login(), platform.node(), folder, environ.get("JPY_SESSION_NAME", ""))
    return f"jupyter-{hashlib.sha256(repr(facts).encode()).hexdigest()[:16]}"
