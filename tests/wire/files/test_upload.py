from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import aclosing
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sophnet_jupyter.errors import FileChanged, SettingsError
from sophnet_jupyter.events import Progress
from sophnet_jupyter.wire.files import upload
from sophnet_jupyter.wire.files.multipart import Multipart, Part, field, file, file_name
from sophnet_jupyter.wire.files.upload import PIECE, sending, source

NOISE = os.urandom(3 * PIECE + 17)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "talk.mp3").write_bytes(NOISE)
    return tmp_path / "talk.mp3"


def body(form: Multipart) -> bytes:
    async def main() -> bytes:
        return b"".join([piece async for piece in form])

    return asyncio.run(main())


def parsed(form: Multipart, content: bytes | None = None) -> list[Message]:
    """The parts as another's parser reads them."""
    head = f"Content-Type: {form.content_type}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + (content or body(form)))
    assert message.is_multipart()
    assert not message.defects
    return list(message.iter_parts())  # type: ignore[attr-defined]


def content_of(part: Any) -> bytes:
    return bytes(part.get_payload(decode=True))


def test_a_server_reads_every_part_as_it_was(path: Path) -> None:
    form = Multipart(
        file("audio_file", path),
        field("data", '{"easyllm_id": "语音"}', content_type="application/json"),
        field("plain", "a value"),
    )
    audio, data, plain = parsed(form)
    assert content_of(audio) == NOISE
    assert (audio.get_filename(), audio.get_content_type()) == ("talk.mp3", "audio/mpeg")
    assert (data.get_content_type(), data.get_filename()) == ("application/json", None)
    assert json.loads(content_of(data)) == {"easyllm_id": "语音"}
    assert (plain.get_param("name", header="content-disposition"), content_of(plain)) == (
        "plain",
        b"a value",
    )
    assert plain["content-type"] is None


KINDS: dict[str, Callable[[Path], Any]] = {
    "path": lambda path: path,
    "bytes": lambda path: path.read_bytes(),
    "open file": lambda path: path.open("rb"),
    "in memory": lambda path: io.BytesIO(path.read_bytes()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_length_is_exact_and_a_second_attempt_sends_the_same(path: Path, kind: str) -> None:
    content = KINDS[kind](path)
    form = Multipart(file("file", content))
    first = body(form)
    assert form.replayable
    assert body(form) == first
    assert len(first) == form.length
    assert content_of(parsed(form, first)[0]) == NOISE
    if kind == "open file":
        content.close()


def test_an_open_file_is_sent_from_where_it_stands_and_stays_open(path: Path) -> None:
    with path.open("rb") as opened:
        opened.seek(100)
        form = Multipart(file("file", opened))
        assert content_of(parsed(form)[0]) == NOISE[100:]
        assert content_of(parsed(form)[0]) == NOISE[100:]
        assert not opened.closed


class Pipe(io.RawIOBase):
    """Bytes that come once and do not say how many they are."""

    def __init__(self, content: bytes) -> None:
        self._inner = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._inner.readinto(buffer)


def test_a_pipe_is_sent_once_and_never_again() -> None:
    form = Multipart(file("file", Pipe(NOISE), size=len(NOISE)))  # type: ignore[arg-type]
    assert form.replayable
    assert content_of(parsed(form)[0]) == NOISE
    assert not form.replayable
    with pytest.raises(FileChanged, match="sent again"):
        body(form)


def test_a_pipe_has_to_come_with_its_size() -> None:
    with pytest.raises(SettingsError, match="give its size"):
        file("file", Pipe(NOISE))  # type: ignore[arg-type]


def test_a_pipe_that_is_shorter_than_it_said_breaks_the_upload_off() -> None:
    with pytest.raises(FileChanged, match="became shorter"):
        body(Multipart(file("file", Pipe(b"abc"), size=4)))  # type: ignore[arg-type]


def test_each_form_has_a_boundary_of_its_own() -> None:
    forms = [Multipart(field("a", "b")) for _ in range(50)]
    assert len({form.content_type for form in forms}) == 50


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ('a"b.mp3', 'filename="a%22b.mp3"'),
        ("a\r\nX-Evil: 1.mp3", 'filename="a%0D%0AX-Evil: 1.mp3"'),
        ("会议.mp3", 'filename="会议.mp3"'),
        ("/etc/passwd", 'filename="passwd"'),
        ("C:\\talks\\a.mp3", 'filename="a.mp3"'),
        ("nul\0.mp3", 'filename="nul_.mp3"'),
        ("\udcff.mp3", 'filename="_.mp3"'),
        ("\u202e3pm.exe", 'filename="_3pm.exe"'),
        ("..", 'filename="file"'),
    ],
)
def test_a_file_name_stays_one_value_of_its_header(given: str, sent: str) -> None:
    form = Multipart(file("file", b"x", filename=given))
    head = body(form).split(b"\r\n\r\n")[0].decode()
    assert head.count("\r\n") == 2
    assert head.split("\r\n")[1] == f'Content-Disposition: form-data; name="file"; {sent}'


def test_a_long_file_name_keeps_its_suffix() -> None:
    name = file_name("x" * 500 + ".mp3")
    assert len(name) == 200
    assert name.endswith("x.mp3")


def test_the_name_of_a_field_cannot_add_a_header() -> None:
    [part] = parsed(Multipart(field('a"\r\nX-Evil: 1', "b")))
    assert "X-Evil" not in part


@pytest.mark.parametrize("content_type", ["audio", "a/b\r\nX: 1", "a/b; c", ""])
def test_a_content_type_is_one_or_is_refused(content_type: str) -> None:
    if content_type:
        with pytest.raises(SettingsError, match="no content type"):
            Part(name="a", source=source(b""), content_type=content_type)
    else:
        Part(name="a", source=source(b""))


def test_what_cannot_be_sent_is_one_sentence_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "large").write_bytes(bytes(200_000))
    os.mkfifo(tmp_path / "pipe")
    cases: list[tuple[Any, str]] = [
        (tmp_path / "missing.mp3", "There is no file /.*missing.mp3"),
        (tmp_path, "is a folder"),
        (tmp_path / "empty", "empty is empty"),
        (tmp_path / "large", r"large has 0\.2 MB, .* no more than 0\.1 MB"),
        (tmp_path / "pipe", "no ordinary file"),
        (tmp_path / "large" / "inside", "There is no file"),
        (tmp_path / "nul\0", "cannot be read"),
        (b"", "file is empty"),
        (io.StringIO("text"), "binary mode"),
        ("talk.mp3", "not str"),
        (None, "not NoneType"),
    ]
    for content, sentence in cases:
        with pytest.raises(SettingsError, match=sentence):
            file("file", content, limit=100_000)


def test_a_file_that_may_not_be_read_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(SettingsError, match=r"talk\.mp3 cannot be read: this account may not\."):
        file("file", path)


def changed_on_the_way(path: Path, change: Any, *, begun: bool) -> FileChanged:
    form = Multipart(file("file", path))
    sent = bytearray()

    async def main() -> None:
        if not begun:
            change()
        async with aclosing(form.__aiter__()) as pieces:
            async for piece in pieces:
                sent.extend(piece)
                if begun and len(sent) > PIECE:
                    change()

    with pytest.raises(FileChanged) as caught:
        asyncio.run(main())
    # What the service has got is not the whole length, so that it cannot take it for the whole.
    assert len(sent) < form.length - len(form._tail) - 2
    return caught.value


@pytest.mark.parametrize("begun", [False, True])
def test_a_file_that_changes_while_it_is_sent_breaks_the_upload_off(
    path: Path, begun: bool
) -> None:
    def longer() -> None:
        with path.open("ab") as file:
            file.write(b"more")

    def other() -> None:
        with path.open("r+b") as file:
            file.write(b"x")
        os.utime(path, ns=(1, 1))

    def replaced() -> None:
        new = path.with_suffix(".new")
        new.write_bytes(NOISE)
        new.replace(path)

    assert "talk.mp3 changed while it was sent" in str(
        changed_on_the_way(path, longer, begun=begun)
    )
    path.write_bytes(NOISE)
    changed_on_the_way(path, other, begun=begun)
    path.write_bytes(NOISE)
    changed_on_the_way(path, lambda: os.truncate(path, PIECE + 1), begun=begun)
    path.write_bytes(NOISE)
    if not begun:  # one that is open already is the old one, whole
        changed_on_the_way(path, replaced, begun=begun)
        path.unlink()
        path.write_bytes(NOISE)
        changed_on_the_way(path, path.unlink, begun=begun)


def test_an_open_file_that_grows_while_it_is_sent_breaks_the_upload_off(path: Path) -> None:
    content = io.BytesIO(NOISE)
    form = Multipart(file("file", content))
    content.seek(0, os.SEEK_END)
    content.write(b"more")
    with pytest.raises(FileChanged, match="file became longer"):
        body(form)


def test_a_drive_that_fails_breaks_the_upload_off(path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(FileChanged, match=r"could not be read \(the disk has failed\)"):
        body(Multipart(file("file", Broken(NOISE))))


def test_leaving_early_closes_the_file(path: Path) -> None:
    async def main() -> None:
        async with aclosing(Multipart(file("file", path)).__aiter__()) as pieces:
            await anext(pieces)
            await anext(pieces)

    # An open file that is collected would be a warning, and that a failure.
    asyncio.run(main())


def test_progress_comes_as_events_and_the_reply_last(path: Path) -> None:
    form = Multipart(file("file", path))

    async def work() -> str:
        async for _ in form:
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.02)
        return "reply"

    async def main() -> list[Any]:
        return [event async for event in sending(form, work(), every=0.001)]

    *events, reply = asyncio.run(main())
    assert reply == "reply"
    fractions = [event.fraction for event in events if isinstance(event, Progress)]
    assert fractions == sorted(set(fractions))
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert [event.state for event in events] == ["uploading"] * (len(events) - 1) + ["uploaded"]


def test_an_upload_that_is_left_is_broken_off() -> None:
    form = Multipart(field("a", "b"))
    ended = False

    async def work() -> None:
        nonlocal ended
        try:
            await asyncio.Event().wait()
        finally:
            ended = True

    async def main() -> None:
        async with aclosing(sending(form, work(), every=0.001)) as events:
            await anext(events)
            await asyncio.sleep(0)

    asyncio.run(main())
    assert ended


def test_an_error_of_an_upload_is_raised() -> None:
    async def work() -> None:
        raise FileChanged(name="a", what="changed")

    async def main() -> None:
        async for _ in sending(Multipart(field("a", "b")), work()):
            pass

    with pytest.raises(FileChanged):
        asyncio.run(main())


# Through a real connection, to a process of its own.

SERVER = """
import asyncio, hashlib, json, sys

async def serve(reader, writer):
    while True:
        try:
            head = (await reader.readuntil(b"\\r\\n\\r\\n")).decode()
        except (asyncio.IncompleteReadError, ConnectionError):
            break
        fields = dict(line.lower().split(": ", 1) for line in head.split("\\r\\n")[1:] if line)
        left, seen = int(fields["content-length"]), hashlib.sha1()
        while left:
            piece = await reader.read(min(left, 1 << 20))
            if not piece:
                return
            left -= len(piece)
            seen.update(piece)
        said = {"seen": seen.hexdigest(), "chunked": "transfer-encoding" in fields}
        body = json.dumps(said).encode()
        writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-length: %d\\r\\n\\r\\n" % len(body) + body)
        await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""

CLIENT = """
import asyncio, hashlib, json, sys, time
import httpx2, psutil
from pathlib import Path
from sophnet_jupyter.wire.files.multipart import Multipart, file

async def post(client, url, content):
    form = Multipart(file("file", content))
    headers = {"content-type": form.content_type, "content-length": str(form.length)}
    return (await client.post(url, content=form, headers=headers)).json()

async def main(url, path):
    me, stalls, busy, running = psutil.Process(), [], [], True
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as client:
        await post(client, url, b"x" * (4 << 20))
        highest = begun = me.memory_info().rss

        async def heartbeat():
            nonlocal highest
            last, used = time.perf_counter(), time.thread_time()
            while running:
                await asyncio.sleep(0.001)
                stalls.append(time.perf_counter() - last - 0.001)
                busy.append(time.thread_time() - used)
                last, used = time.perf_counter(), time.thread_time()
                if len(stalls) % 20 == 0:
                    highest = max(highest, me.memory_info().rss)

        beating = asyncio.create_task(heartbeat())
        cpu = time.process_time()
        await post(client, url, Path(path))
        cpu = time.process_time() - cpu
        running = False
        await beating
    said = {"grown": (highest - begun) / 1e6, "cpu": cpu, "busy": max(busy), "stall": max(stalls)}
    said["usual"] = sorted(stalls)[len(stalls) // 2]
    print(json.dumps(said))

asyncio.run(main(sys.argv[1], sys.argv[2]))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/"
        process.kill()


def test_a_server_sees_the_length_and_the_same_bytes_twice(server: str, path: Path) -> None:
    form = Multipart(file("file", path))

    async def main() -> list[Any]:
        headers = {"content-type": form.content_type, "content-length": str(form.length)}
        async with httpx2.AsyncClient(trust_env=False) as client:
            replies = [await client.post(server, content=form, headers=headers) for _ in range(2)]
            return [reply.json() for reply in replies]

    first, second = asyncio.run(main())
    assert first == second
    assert not first["chunked"]


def test_a_large_file_takes_little_memory_and_does_not_stop_the_loop(
    server: str, tmp_path: Path
) -> None:
    large = tmp_path / "large.mp4"
    with large.open("wb") as sparse:
        sparse.truncate(200 << 20)
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, server, large], capture_output=True, text=True, check=True
    )
    measured = json.loads(done.stdout)
    assert measured["grown"] <= 16
    # Of its own work between two turns, in seconds: what a busy machine adds is not ours.
    assert measured["busy"] <= 0.050


def test_a_piece_is_small_enough_to_be_read_in_a_moment() -> None:
    assert 64 << 10 <= upload.PIECE <= 1 << 20
