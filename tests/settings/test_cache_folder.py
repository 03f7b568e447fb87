"""Where what can be made again is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from sophnet_jupyter.settings import cache_folder, environment


@pytest.mark.parametrize(
    ("platform", "environ", "folder"),
    [
        ("linux", {"HOME": "/h"}, "/h/.cache/sophnet_jupyter"),
        ("linux", {"HOME": "/h", "XDG_CACHE_HOME": "/x"}, "/x/sophnet_jupyter"),
        ("linux", {"HOME": "/h", "XDG_CACHE_HOME": "x"}, "/h/.cache/sophnet_jupyter"),
        ("linux", {"HOME": "/h", "SOPHNET_CACHE_DIR": "/c"}, "/c"),
        ("linux", {}, ".sophnet_jupyter"),
        ("darwin", {"HOME": "/h"}, "/h/Library/Caches/sophnet_jupyter"),
        ("win32", {"USERPROFILE": "/u"}, "/u/AppData/Local/sophnet_jupyter"),
    ],
)
def test_the_folder_is_the_systems_own(
    monkeypatch: pytest.MonkeyPatch, platform: str, environ: dict[str, str], folder: str
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr(environment, "_mounts", lambda: "")
    assert cache_folder(environ) == Path(folder)


MOUNTS = "proc /proc proc rw 0 0\n/dev/sda1 / ext4 rw 0 0\nserver:/home /home nfs4 rw 0 0\n"


def test_a_home_on_a_network_drive_leaves_the_cache_on_the_node(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(environment, "_mounts", lambda: MOUNTS)
    found = cache_folder({"HOME": "/home/me"})
    assert not found.is_relative_to("/home")
    assert found != cache_folder({"HOME": "/home/you"})
    assert cache_folder({"HOME": "/root"}) == Path("/root/.cache/sophnet_jupyter")
