"""What a sandbox is told of us: its key, who calls, and the environment of one of our own."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from .addresses import sandbox_root
from .environment import SANDBOX_KEY, data_folder
from .secret import Secret

# A longer file is none of ours.
_LONGEST = 200

# What a Python with libraries of C may need: its places, languages, threads and certificates.
_NEEDED = frozenset(
    "PATH HOME USER LOGNAME LANG LANGUAGE TZ TMPDIR TEMP TMP SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC "
    "PATHEXT USERPROFILE APPDATA LOCALAPPDATA PROGRAMDATA PROGRAMFILES NUMBER_OF_PROCESSORS "
    "VIRTUAL_ENV SSL_CERT_FILE SSL_CERT_DIR SOPHNET_DATA_DIR "
    "SOPHNET_SANDBOX_WHISPER".split()
)
_NEEDED_KINDS = (
    "LC_",
    "PYTHON",
    "LD_",
    "DYLD_",
    "XDG_",
    "HF_",
    "CONDA_",
    "OMP_",
    "OPENBLAS_",
    "MKL_",
)
_KEYS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL")


def sandbox_key(environ: Mapping[str, str]) -> Secret:
    """
    The key of SOPHNET_SANDBOX_KEY, else the one that the sandbox at SOPHNET_SANDBOX_URL wrote.

    It writes its key where this user alone can read it; only an address of this machine is looked
    up there, so that no other gets it. Raises `SettingsError`.
    """
    if named := environ.get("SOPHNET_SANDBOX_KEY"):
        return Secret(named)
    parts = urlsplit(sandbox_root(environ))
    here = parts.hostname in ("127.0.0.1", "localhost", "::1")
    kept = _read(data_folder(environ) / "sandbox" / f"{parts.port}.key") if here else ""
    return Secret(kept or SANDBOX_KEY)


@cache
def caller() -> str:
    """This user to a sandbox of a class, the same after a restart and told to no other server."""
    path = data_folder() / "sandbox" / "caller"
    own = _read(path) or _written(path, secrets.token_urlsafe(24))
    return hashlib.sha256(own.encode()).hexdigest()[:32]


def _read(path: Path) -> str:
    try:
        status = path.stat()
        # What others can write may be a key that leads to them.
        if os.name == "posix" and (status.st_mode & 0o077 or status.st_uid != os.getuid()):
            return ""
        return path.read_text(encoding="ascii").strip() if status.st_size <= _LONGEST else ""
    except (OSError, ValueError):
        return ""


def _written(path: Path, text: str) -> str:
    """The text, kept for the next kernel where a file can be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    except OSError:
        # Another kernel may have been first.
        return _read(path) or text
    return text


def whisper_model() -> str:
    """The Whisper model that a sandbox hears by: a folder, a name, or empty."""
    return os.environ.get("SOPHNET_SANDBOX_WHISPER", "")


def models_cache() -> Path:
    """The folder in which models of the Hugging Face hub are kept on this machine."""
    environ = os.environ
    home = environ.get("HF_HUB_CACHE") or environ.get("HUGGINGFACE_HUB_CACHE")
    root = environ.get("HF_HOME") or "~/.cache/huggingface"
    return Path(home or Path(root, "hub")).expanduser()


def child_environment() -> dict[str, str]:
    """What of our environment a sandbox of our own gets: what it needs, and no key of anybody."""
    return {
        name: value
        for name, value in os.environ.items()
        if (name.upper() in _NEEDED or name.upper().startswith(_NEEDED_KINDS))
        and not any(word in name.upper() for word in _KEYS)
    }
