"""Files from a browser, as the kernel receives them."""

from __future__ import annotations

import asyncio
import gc
import os
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from functools import partial, wraps
from pathlib import Path
from typing import Any

import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.widgets.uploads import store as upload_store
from sophnet_jupyter.widgets.uploads.uploads import AT_ONCE, Upload, Uploads, accepted, file_name

from ...waiting import until

MB = 1_000_000


def on_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path))
    upload_store.folder.cache_clear()
    return tmp_path


class Browser:
    """The other end: it keeps what it was told, and sends when it is asked to."""

    def __init__(self, **rules: Any) -> None:
        self.told: list[dict[str, Any]] = []
        self.came: list[Upload] = []
        rules = {"limit": 50 * MB, "received": self.came.append} | rules
        received = rules.pop("received")
        self.uploads = Uploads(lambda kind, **facts: self.told.append(facts), received, **rules)

    def begin(self, key: str = "1", size: int = MB, name: str = "a.bin", mime: str = "") -> None:
        facts = {"upload": key, "view": "v", "name": name, "size": size, "type": mime}
        self.uploads.obey({"kind": "upload", "purpose": "page", **facts}, [])

    def piece(self, data: bytes, at: int = 0, key: str = "1") -> None:
        command = {"kind": "upload-piece", "upload": key, "at": at}
        self.uploads.obey(command, [memoryview(data)])

    async def send(self, data: bytes, size: int = MB) -> None:
        """All of it, each piece as soon as the one before has arrived."""
        for at in range(0, len(data), size):
            self.piece(data[at : at + size], at)
            await until(partial(self.knows, at + 1))

    def knows(self, count: int) -> bool:
        """Whether it was told that so many bytes have come."""
        return any(told.get("received", -1) >= count for told in self.told)

    @property
    def last(self) -> dict[str, Any]:
        return self.told[-1] if self.told else {}


@asynccontextmanager
async def browser(**rules: Any) -> AsyncIterator[Browser]:
    one = Browser(**rules)
    try:
        yield one
    finally:
        one.uploads.close()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@on_a_loop
async def test_a_small_file_arrives_as_bytes_and_never_touches_the_disk(data: Path) -> None:
    async with browser() as page:
        page.begin(size=5, name="notes.txt", mime="text/plain")
        await page.send(b"hello")
        await until(lambda: page.last.get("done"))
        [upload] = page.came
        assert (upload.content, upload.name, upload.mime) == (b"hello", "notes.txt", "text/plain")
        assert (upload.purpose, upload.view, upload.size) == ("page", "v", 5)
        assert page.told[0] == {"to": "v", "upload": "1", "received": 0}
    assert files(data) == []


@on_a_loop
async def test_a_large_file_is_one_of_its_owner_and_goes_when_nobody_holds_it(data: Path) -> None:
    content = os.urandom(6 * MB)
    async with browser() as page:
        page.begin(size=len(content), name="报告 Q3.pdf")
        await page.send(content)
        await until(lambda: page.last.get("done"))
        [path] = [page.came[0].content]
        assert isinstance(path, Path)
        assert path.is_relative_to(data)
        assert path.suffix == ".pdf"
        assert path.read_bytes() == content == page.came[0].read()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        page.came.clear()
        gc.collect()
        await until(lambda: not files(data))


@on_a_loop
async def test_what_is_taken_back_leaves_nothing(data: Path) -> None:
    async with browser() as page:
        page.begin(size=20 * MB)
        page.piece(bytes(MB))
        await until(lambda: page.last.get("received") == MB)
        assert len(files(data)) == 1
        page.uploads.obey({"kind": "upload-cancel", "upload": "1"}, [])
        await until(lambda: not files(data))
        page.piece(bytes(MB), at=MB)
        assert page.last == {"to": "v", "upload": "1", "received": MB}
    assert page.came == []


@pytest.fixture
def little_garbage() -> Iterator[None]:
    """What thousands of tests before this one have left is not looked through each time."""
    gc.freeze()
    yield
    gc.unfreeze()


@on_a_loop
async def test_a_file_taken_back_at_its_very_end_leaves_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch, little_garbage: None
) -> None:
    kept = upload_store.OnDisk.keep

    def keep(store: Any, name: str) -> Path:
        page.uploads._arriving["1"].task.get_loop().call_soon_threadsafe(page.uploads.close)
        return kept(store, name)

    monkeypatch.setattr(upload_store.OnDisk, "keep", keep)
    async with browser() as page:
        page.begin(size=5 * MB)
        await page.send(bytes(5 * MB))
        await until(lambda: not page.uploads._arriving)
        await until(lambda: gc.collect() >= 0 and not files(data))
        assert page.came == []
        assert not any("done" in told for told in page.told)


@on_a_loop
async def test_a_browser_that_falls_silent_is_given_up(data: Path) -> None:
    async with browser() as page:
        page.uploads.patience = 0.05
        page.begin(size=20 * MB)
        page.piece(bytes(MB))
        await until(lambda: "stopped coming" in page.last.get("refused", ""))
        assert files(data) == []


REFUSED = {
    "is empty": {"size": 0},
    "50,000,001 bytes; up to 50,000,000 bytes can be sent": {"size": 50 * MB + 1},
    "not of a kind": {"name": "a.exe"},
}


@pytest.mark.parametrize("said", REFUSED)
@on_a_loop
async def test_what_is_not_taken_is_refused_before_a_piece_comes(said: str) -> None:
    async with browser(accept=(".bin", "image/*")) as page:
        page.begin(**REFUSED[said])  # type: ignore[arg-type]
        assert said in page.last["refused"]
        page.piece(b"x")
        assert len(page.told) == 1


@on_a_loop
async def test_more_than_was_announced_is_refused(data: Path) -> None:
    async with browser() as page:
        page.begin(size=10)
        page.piece(bytes(11))
        assert "out of order" in page.last["refused"]
    assert page.came == []


@on_a_loop
async def test_a_piece_that_is_missing_is_noticed() -> None:
    async with browser() as page:
        page.begin(size=10)
        page.piece(b"abc", at=3)
        assert "out of order" in page.last["refused"]


@on_a_loop
async def test_a_browser_that_does_not_wait_is_stopped() -> None:
    async with browser() as page:
        page.begin(size=20 * MB)
        for number in range(20):
            page.piece(bytes(MB), at=number * MB)
        assert "out of order" in page.told[0]["refused"]


@on_a_loop
async def test_only_so_many_come_at_once() -> None:
    async with browser() as page:
        for number in range(AT_ONCE + 1):
            page.begin(str(number))
        assert "when one of them has come" in page.told[0]["refused"]


@on_a_loop
async def test_what_the_panel_does_not_want_is_said_beside_the_file() -> None:
    def received(upload: Upload) -> None:
        raise SettingsError(f"{upload.name} is upside down.")

    async with browser(received=received) as page:
        page.begin(size=2)
        await page.send(b"hi")
        await until(lambda: page.last.get("refused") == "a.bin is upside down.")


@on_a_loop
async def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(store: Any, piece: memoryview) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(upload_store.OnDisk, "write", write)
    async with browser() as page:
        page.begin(size=5 * MB)
        page.piece(bytes(MB))
        await until(lambda: "the disk is full" in page.last.get("refused", ""))


def test_what_a_killed_kernel_left_goes_when_the_next_one_needs_the_folder(data: Path) -> None:
    leave = (
        "from sophnet_jupyter.widgets.uploads.store import OnDisk\n"
        "import os\n"
        "store = OnDisk(); store.open(); store.write(memoryview(b'left'))\n"
        "os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", leave], check=False)
    assert len(files(data)) == 1
    upload_store.folder()
    assert files(data) == []


def test_names_are_shown_and_never_paths() -> None:
    assert file_name("../../etc/passwd") == "passwd"
    assert file_name("C:\\x\\报告\u202e.pdf") == "报告_.pdf"
    assert len(file_name("a" * 300 + ".pdf")) <= 120
    assert file_name("a" * 300 + ".pdf").endswith(".pdf")


def test_kinds_are_told_by_ending_or_type() -> None:
    assert accepted("A.PDF", "", [".pdf"])
    assert accepted("x", "image/png", [".pdf", "image/*"])
    assert not accepted("x.pdf.exe", "application/pdf", [".pdf"])
    assert not accepted("x", "imagery/png", ["image/*"])
