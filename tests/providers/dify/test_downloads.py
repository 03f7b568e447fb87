"""What a Dify server calls a file decides nothing but a harmless stem."""

from __future__ import annotations

import os
import stat

import pytest

from sophnet_jupyter.providers.dify.files import DifyFiles, _harmless
from sophnet_jupyter.wire.call import Reply

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


class Answering:
    """A wire with one answer."""

    def __init__(self, name: str, data: bytes) -> None:
        self.reply = Reply(
            status=200,
            headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"},
            body=data,
            scrub=str,
        )

    async def fetch(self, call, *, retry, limit=None):
        return self.reply


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "data", "kept"),
    [
        ("numpy.py", b"import os", "numpy.txt"),
        ("sitecustomize.py", b"import os", "sitecustomize.txt"),
        (".bashrc", b"rm -rf /", "bashrc.txt"),
        ("..%2F..%2Fetc%2Fcron.d%2Fjob", b"* * * * *", "job.txt"),
        ("CON", b"x", "CON-file.txt"),
        ("nul.csv", b"a,b", "nul-file.csv"),
        ("%E4%BC%9A%E8%AE%AE.csv", b"a,b", "会议.csv"),
        ("picture.exe", PNG, "picture.png"),
        ("run.sh", b"\x7fELF\0\0", "run.bin"),
        ("a.ipynb", b"{}", "a.txt"),
        ("x" * 400 + ".html", b"<script>", "x" * 80 + ".txt"),
    ],
)
async def test_a_download_is_nothing_that_a_computer_runs(tmp_path, name, data, kept):
    files = DifyFiles(Answering(name, data), "me", None)
    path = await files.download("0123456789", tmp_path)
    assert path.name == kept
    assert path.read_bytes() == data
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_without_any_name_still_has_a_stem():
    for name in ("", ".", "..", "/", ".py"):
        stem, ending = _harmless(name, b"x")
        assert ending in (".txt", ".bin")
        assert not stem.startswith(".")
