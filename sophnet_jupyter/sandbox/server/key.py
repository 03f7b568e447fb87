"""
The sandbox's key: one that was chosen, or a random one that its own user alone can read.

A port of this machine is open to all its users, and by way of a browser to web pages. So a child
tells its key through its pipe, and a server that stands alone keeps it in a file of mode 0600, by
its port, in the data folder: there the clients of ``SOPHNET_SANDBOX_URL`` look for it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

# What others would try first. Where chats are relayed, the key opens another server's account.
GUESSABLE = frozenset("sandbox sophnet key api-key apikey secret test password".split())


def random_key() -> str:
    """A key that nobody guesses."""
    return f"sandbox-{secrets.token_urlsafe(24)}"


@contextlib.contextmanager
def kept(key: str, port: int, environ: Mapping[str, str]) -> Iterator[Path | None]:
    """Keep the key in a file while the server runs; None where no file can be written."""
    path = data_folder(environ) / "sandbox" / f"{port}.key"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.unlink(missing_ok=True)
        # Exclusively, so that neither a link nor a file of somebody else's is written into.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key)
    except OSError:
        yield None
        return
    try:
        yield path
    finally:
        with contextlib.suppress(OSError):
            # A later server on this port has put its own there.
            if path.read_text() == key:
                path.unlink()


def data_folder(environ: Mapping[str, str]) -> Path:
    """Where the clients of this user look: the data folder of `sophnet_jupyter.settings`."""
    if named := environ.get("SOPHNET_DATA_DIR"):
        return Path(named).expanduser()
    home = environ.get("USERPROFILE" if sys.platform == "win32" else "HOME", "")
    if sys.platform == "win32":
        base = environ.get("LOCALAPPDATA", "") or (home and f"{home}/AppData/Local")
    elif sys.platform == "darwin":
        base = home and f"{home}/Library/Application Support"
    else:
        base = environ.get("XDG_DATA_HOME", "")
        base = base if base.startswith("/") else home and f"{home}/.local/share"
    return Path(base, "sophnet_jupyter") if base else Path(".sophnet_jupyter")
