from __future__ import annotations

import asyncio
import gzip
import os
import ssl
import stat
import subprocess
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from sophnet_jupyter.errors import DownloadFailed
from sophnet_jupyter.files import disk
from sophnet_jupyter.files.disk import plain_name
from sophnet_jupyter.files.kinds import sniff
from sophnet_jupyter.wire.call import Network
from sophnet_jupyter.wire.files import addresses, download
from sophnet_jupyter.wire.files.download import Downloader
from sophnet_jupyter.wire.files.receive import Download

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
MP3 = b"ID3\4" + bytes(9000)


def failing(url: str, answers: Sequence[str], **network: Any) -> DownloadFailed:
    async def resolver(host: str, port: int) -> Sequence[str]:
        return answers

    with pytest.raises(DownloadFailed) as caught:
        asyncio.run(Downloader(Network(**network), resolve=resolver).fetch(url))
    return caught.value


@pytest.mark.parametrize(
    "answers",
    [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["2606:4700::1", "::1"], ["8.8.8.8", "::ffff:a00:1"]],
    ids=str,
)
def test_every_address_of_a_name_has_to_be_public(answers: list[str]) -> None:
    error = failing("https://files.example/a.png", answers)
    assert error.problem == "refused"
    assert "files.example" in str(error)
    assert f"leads to {answers[-1]}, which belongs to" in str(error)


def test_an_address_that_is_refused_is_not_looked_up() -> None:
    error = failing("https://localhost/a.png", ["8.8.8.8"])
    assert str(error).startswith("The result was not fetched: it leads to localhost")


def test_a_name_that_is_not_known_says_so() -> None:
    async def unknown(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    async def nap(seconds: float) -> None: ...

    with pytest.raises(DownloadFailed, match="is not found") as caught:
        asyncio.run(Downloader(Network(), resolve=unknown, sleep=nap).fetch("https://a.example/"))
    assert caught.value.problem == "unreachable"


# Servers. Each path has an answer: the bytes to send after its requests' heads came in.


class Server:
    """Plays bytes for each path, and keeps the heads of requests."""

    def __init__(self) -> None:
        self.answers: dict[str, list[bytes | float]] = {}
        self.heads: list[str] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def play(self, path: str, *steps: bytes | float) -> str:
        self.answers[path] = list(steps)
        return self.url + path

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.heads.append(head)
            for step in self.answers[head.split()[1]]:
                if isinstance(step, bytes):
                    writer.write(step)
                    await writer.drain()
                else:
                    await asyncio.sleep(step)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def answer(body: bytes, status: int = 200, **headers: object) -> bytes:
    fields: dict[str, object] = {"content-length": len(body), "content-type": "image/png"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} X", *(f"{k}: {v}" for k, v in fields.items() if v is not None)]
    return "\r\n".join([*lines, "", ""]).encode() + body


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    played = Server()
    server = await asyncio.start_server(played.serve, "127.0.0.1", 0, ssl=tls)
    played.port = server.sockets[0].getsockname()[1]
    async with server:
        yield played


async def nap(seconds: float) -> None:
    """Between tries, tests wait for nothing."""


def fetched(prepare: Callable[[Server], str], **options: Any) -> tuple[Download, list[str]]:
    network = Network(**options.pop("network", {}))

    async def main() -> tuple[Download, list[str]]:
        async with serving() as server:
            url = prepare(server)
            downloader = Downloader(network, allowed_origins=lambda: [server.url], sleep=nap)
            return await downloader.fetch(url, **options), server.heads

    return asyncio.run(main())


def refused(prepare: Callable[[Server], str], **options: Any) -> DownloadFailed:
    with pytest.raises(DownloadFailed) as caught:
        fetched(prepare, **options)
    return caught.value


def plays(*steps: bytes | float) -> Callable[[Server], str]:
    return lambda server: server.play("/a", *steps)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_fetched_into_memory() -> None:
    found, _ = fetched(plays(answer(PNG)))
    assert (found.data, found.size, found.path) == (PNG, len(PNG), None)
    assert (found.media.mime, found.said) == ("image/png", "image/png")
    assert "PNG" not in repr(found)


def test_a_file_is_fetched_into_a_folder_under_our_name(tmp_path: Path) -> None:
    steps = answer(PNG, content_disposition='attachment; filename="../../evil.sh"')
    found, _ = fetched(plays(steps), into=tmp_path / "media", name="../t1")
    assert found.path == tmp_path / "media" / "image-t1.png"
    assert found.path.read_bytes() == PNG
    assert names_in(tmp_path / "media") == ["image-t1.png"]


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_only_the_owner_can_read_what_was_fetched(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        found, _ = fetched(plays(answer(PNG)), into=tmp_path)
    finally:
        os.umask(old)
    assert found.path
    assert stat.S_IMODE(found.path.stat().st_mode) == 0o600


def test_no_file_is_ever_overwritten(tmp_path: Path) -> None:
    names = [fetched(plays(answer(PNG)), into=tmp_path, name="t1")[0].path for _ in range(3)]
    assert [path.name for path in names if path] == [
        "image-t1.png",
        "image-t1-2.png",
        "image-t1-3.png",
    ]


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    media = tmp_path / "media"
    media.mkdir()
    (media / "image-t1.png").symlink_to(victim)
    (media / "image-t1-2.png").symlink_to(tmp_path / "nowhere")
    found, _ = fetched(plays(answer(PNG)), into=media, name="t1")
    assert found.path == media / "image-t1-3.png"
    assert victim.read_text() == "precious"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("/abs", "abs"),
        ("a\\b", "a-b"),
        ("nul\0", "nul"),
        ("dot. ", "dot"),
        ("\u202egnp.exe", "gnp-exe"),
        ("任务", "result"),
        ("..", "result"),
        ("", "result"),
        ("x" * 300, "x" * 80),
        ("a:b", "a-b"),
    ],
)
def test_a_name_is_plain_on_every_system(given: str, name: str) -> None:
    assert plain_name(given) == name


def test_no_name_is_one_of_a_device(tmp_path: Path) -> None:
    found, _ = fetched(plays(answer(PNG)), into=tmp_path, name="CON")
    assert found.path
    assert found.path.name == "image-CON.png"


def test_the_request_holds_nothing_but_what_it_needs() -> None:
    _, [head] = fetched(plays(answer(PNG, set_cookie="a=b")))
    lines = dict(line.split(": ", 1) for line in head.strip().split("\r\n")[1:])
    assert set(map(str.lower, lines)) == {"host", "accept", "accept-encoding", "user-agent"}
    assert lines["accept-encoding"] == "identity"


def test_a_signed_address_arrives_to_the_letter() -> None:
    target = "/a/../b//c%2F?Expires=1&Signature=a%2Bb/c%3D='()*~&x=%zz"
    _, [head] = fetched(lambda server: server.play(target, answer(PNG)))
    assert head.split()[1] == target


def test_no_setting_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert fetched(plays(answer(PNG)))[0].data == PNG


def test_redirects_are_followed_and_carry_no_cookie() -> None:
    def prepare(server: Server) -> str:
        server.play("/1", answer(b"", 302, location="/2?x", set_cookie="a=b"))
        server.play("/2?x", answer(b"", 307, location=f"{server.url}/3"))
        server.play("/3", answer(PNG))
        return f"{server.url}/1"

    found, heads = fetched(prepare)
    assert found.data == PNG
    assert len(heads) == 3
    assert "cookie" not in "".join(heads).lower()


def test_redirects_end_after_five() -> None:
    error = refused(lambda server: server.play("/a", answer(b"", 302, location="/a")))
    assert "redirects more than 5 times" in str(error)


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        "https://localhost./",
        "file:///etc/passwd",
        "data:image/png,a",
        "//127.0.0.1:1/x",
        "http://127.0.0.1:1/other-port",
        "https://user@127.0.0.1/",
        "https:\\\\127.0.0.1",
        "https://[::1",
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_judged_like_the_first_address(location: str, status: int) -> None:
    error = refused(plays(answer(b"", status, location=location)))
    assert error.problem == "refused"


def test_a_redirect_to_a_name_that_leads_inside_is_refused() -> None:
    async def main() -> None:
        async def resolver(host: str, port: int) -> list[str]:
            return ["10.0.0.1"] if host == "evil.example" else ["127.0.0.1"]

        async with serving() as server:
            url = server.play("/a", answer(b"", 302, location="https://evil.example/"))
            downloader = Downloader(
                Network(), allowed_origins=lambda: [server.url], resolve=resolver
            )
            await downloader.fetch(url)

    with pytest.raises(DownloadFailed, match=r"10\.0\.0\.1, which belongs to a private network"):
        asyncio.run(main())


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for files.example and its key, in one file, signed by itself."""
    openssl = which("openssl")
    if not openssl:
        pytest.skip("there is no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = ["-subj", "/CN=files.example", "-addext", "subjectAltName=DNS:files.example"]
    files = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    subprocess.run([openssl, *options.split(), *names, *files], check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return both


def over_tls(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, name: str, answers: list[list[str]]
) -> tuple[Download, list[str], list[str | None]]:
    """Fetch from a server behind a name; this test alone takes 127.0.0.1 for a public address."""
    asked: list[str] = []
    named: list[str | None] = []
    monkeypatch.setattr(
        download, "objection", lambda a: None if a == "127.0.0.1" else addresses.objection(a)
    )

    async def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers.pop(0)

    async def main() -> Download:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.sni_callback = lambda _, name, __: named.append(name)
        async with serving(context) as server:
            server.play("/a", answer(PNG))
            downloader = Downloader(
                Network(ca_bundle=str(certificate), connect=30), resolve=resolver, sleep=nap
            )
            return await downloader.fetch(f"https://{name}:{server.port}/a")

    return asyncio.run(main()), asked, named


def test_a_name_that_changes_its_address_is_looked_up_once(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [["127.0.0.1"], ["127.0.0.2"]]
    found, asked, named = over_tls(certificate, monkeypatch, "files.example", answers)
    assert found.data == PNG
    assert asked == ["files.example"]
    # The connection went to the address, the handshake and the certificate are of the name.
    assert named == ["files.example"]


def test_a_certificate_of_another_name_is_refused(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DownloadFailed, match="certificate verify failed"):
        over_tls(certificate, monkeypatch, "other.example", [["127.0.0.1"]] * 3)


def test_a_name_that_turns_inside_between_two_tries_is_refused(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DownloadFailed, match=r"leads to 127\.0\.0\.2"):
        over_tls(certificate, monkeypatch, "other.example", [["127.0.0.1"], ["127.0.0.2"]])


def test_behind_a_proxy_the_name_goes_to_the_proxy_and_is_judged_by_itself() -> None:
    async def never(host: str, port: int) -> list[str]:
        raise AssertionError("the proxy resolves names")

    async def main() -> list[str]:
        async with serving() as proxy:
            proxy.play("files.example:443", b"HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n")
            downloader = Downloader(Network(proxy=proxy.url), resolve=never, sleep=nap)
            with pytest.raises(DownloadFailed, match="403"):
                await downloader.fetch("https://files.example/a")
            with pytest.raises(DownloadFailed, match="local network"):
                await downloader.fetch("https://metadata.google.internal/a")
            return proxy.heads

    heads = asyncio.run(main())
    assert {head.split("\r\n")[0] for head in heads} == {"CONNECT files.example:443 HTTP/1.1"}


def test_the_sandbox_is_not_reached_through_a_proxy() -> None:
    found, _ = fetched(plays(answer(PNG)), network={"proxy": "http://127.0.0.1:9"})
    assert found.data == PNG


def packed(body: bytes, **headers: object) -> Callable[[Server], str]:
    return plays(answer(gzip.compress(body, 1), content_encoding="gzip", **headers))


def test_a_compressed_file_is_unpacked_though_none_was_asked_for() -> None:
    assert fetched(packed(PNG))[0].data == PNG
    deflated = answer(zlib.compress(PNG), content_encoding="deflate")
    assert fetched(plays(deflated))[0].data == PNG


def test_a_bomb_is_stopped_at_the_limit(tmp_path: Path) -> None:
    error = refused(packed(PNG + bytes(100 << 20)), limit=1 << 20, into=tmp_path)
    assert error.problem == "large"
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        (answer(gzip.compress(PNG)[:-9], content_encoding="gzip"), "broken"),
        (answer(b"no gzip" * 99, content_encoding="gzip"), "broken"),
        (answer(PNG, content_encoding="br"), "type"),
        (answer(PNG, content_encoding="gzip, gzip"), "type"),
    ],
    # Not what is sent, which has the second in it: each process would have names of its own.
    ids=["cut", "none", "unknown", "twice"],
)
def test_a_compression_that_is_broken_or_unknown_is_refused(steps: bytes, problem: str) -> None:
    assert refused(plays(steps)).problem == problem


def test_a_length_that_is_too_large_is_believed_at_once() -> None:
    error = refused(plays(answer(PNG, content_length=10**12)), limit=1000)
    assert error.problem == "large"


def test_a_length_that_is_missing_does_not_lift_the_limit() -> None:
    endless = b"HTTP/1.1 200 X\r\n\r\n" + PNG
    assert refused(plays(endless, *[bytes(100_000)] * 50), limit=1 << 20).problem == "large"


def test_a_body_that_is_shorter_than_its_length_is_no_file(tmp_path: Path) -> None:
    error = refused(plays(answer(PNG, content_length=len(PNG) + 1)), into=tmp_path)
    assert error.problem == "broken"
    assert names_in(tmp_path) == []


def test_a_body_that_is_longer_than_its_length_ends_there() -> None:
    found, _ = fetched(plays(answer(PNG, content_length=500)))
    assert found.data == PNG[:500]


def test_a_line_that_broke_is_tried_again(tmp_path: Path) -> None:
    def prepare(server: Server) -> str:
        cut, whole = answer(PNG, content_length=len(PNG) + 1), answer(PNG)
        tries = iter([cut, answer(b"", 503), whole])
        server.answers = Tries(tries)  # type: ignore[assignment]
        return f"{server.url}/a"

    class Tries(dict[str, Any]):
        def __init__(self, tries: Any) -> None:
            self.tries = tries

        def __getitem__(self, path: str) -> list[bytes]:
            return [next(self.tries)]

    found, heads = fetched(prepare, into=tmp_path)
    assert found.size == len(PNG)
    assert len(heads) == 3
    assert len(names_in(tmp_path)) == 1


def test_a_server_that_drips_is_left_in_the_end(tmp_path: Path) -> None:
    drops: list[bytes | float] = [answer(PNG, content_length=10**6)]
    error = refused(
        plays(*drops, *[b"x", 0.02] * 200), into=tmp_path, network={"total": 0.3, "between": 0.2}
    )
    assert error.problem == "slow"
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_an_expired_address_says_what_to_do(status: int) -> None:
    error = refused(plays(answer(b"<Error>AccessDenied</Error>", status)))
    assert error.problem == "expired"
    assert f"(HTTP {status}). Ask for it again" in str(error)


@pytest.mark.parametrize("status", [204, 206, 304, 500])
def test_another_status_is_no_file(status: int) -> None:
    length = None if status in (204, 304) else len(PNG)
    error = refused(plays(answer(b"" if length is None else PNG, status, content_length=length)))
    assert error.problem == "status"


def test_an_empty_file_is_no_file(tmp_path: Path) -> None:
    assert refused(plays(answer(b"")), into=tmp_path).problem == "empty"
    assert names_in(tmp_path) == []


def test_the_sentence_shows_no_signature() -> None:
    error = refused(lambda server: server.play("/a?sign=secret", answer(b"", 403)))
    assert "secret" not in str(error)
    assert "secret" not in repr(error)


TYPES = {
    PNG: "image/png",
    b"\xff\xd8\xff\xe0\0\x10JFIF\0": "image/jpeg",
    b"GIF89a<script>alert(1)</script>": "image/gif",
    b"RIFF\x10\0\0\0WEBPVP8 ": "image/webp",
    b"RIFF\x10\0\0\0WAVEfmt ": "audio/wav",
    b"\0\0\0\x20ftypisom\0\0\2\0": "video/mp4",
    b"\0\0\0\x18ftypmp42": "video/mp4",
    b"\0\0\0\x18ftypM4A ": "audio/mp4",
    b"\x1a\x45\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1B\xf2\x81\4" + b"B\x82\x84webm": "video/webm",
    b"ID3\4\0": "audio/mpeg",
    b"\xff\xfb\x90\x44": "audio/mpeg",
    b"\xff\xf3\x44\xc4": "audio/mpeg",
    b"\xff\xf1\x50\x80": "audio/aac",
    b"OggS" + bytes(24) + b"OpusHead": "audio/ogg",
    b"OggS" + bytes(25) + b"\x01vorbis": "audio/ogg",
    b"fLaC\0\0\0\x22": "audio/flac",
    b"%PDF-1.7\n": "application/pdf",
}
NONE = [
    b"",
    b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    b"<?xml version='1.0'?><svg>",
    b"\xef\xbb\xbf\n<!DOCTYPE html><html>",
    b"<html><body>%PDF-1.7",
    b'{"message": "not found"}',
    b"\n%PDF-1.7",
    b"\0\0\0\x18ftypheic",
    b"\0\0\0\x18ftypavif",
    b"\0\0\0\x14ftypheic",
    b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska",
    b"OggS" + bytes(25) + b"theora",
    b"RIFF\x10\0\0\0AVI LIST",
    b"\xff\xff\xff\xff",
    b"\xff\xfb\xf0\x44",
    b"\xff\xfe<\0h\0t\0m\0l\0",
    b"MZ\x90\0",
    b"PK\3\4",
    b"BM6\0",
]


@pytest.mark.parametrize(("head", "mime"), TYPES.items(), ids=TYPES.values())
def test_a_file_is_what_its_first_bytes_say(head: bytes, mime: str) -> None:
    media = sniff(head)
    assert media
    assert media.mime == mime


@pytest.mark.parametrize("head", NONE)
def test_what_may_run_scripts_or_is_unknown_is_not_taken(head: bytes) -> None:
    assert sniff(head) is None
    if head:
        assert refused(plays(answer(head, content_type="image/png"))).problem == "type"


def test_a_wrong_content_type_does_no_harm(tmp_path: Path) -> None:
    found, _ = fetched(plays(answer(MP3, content_type="text/html; x")), into=tmp_path)
    assert found.path
    assert found.path.suffix == ".mp3"
    assert found.said == "text/html"


def test_a_file_of_a_kind_that_was_not_asked_for_is_refused() -> None:
    error = refused(plays(answer(MP3)), kinds=["image", "video"])
    assert "is audio/mpeg, not image or video" in str(error)


def test_a_page_in_place_of_a_picture_is_called_a_page() -> None:
    page = b"<!DOCTYPE html><title>Log in</title>"
    assert "is a web page, not" in str(refused(plays(answer(page)), kinds=["image"]))


def test_a_picture_is_verified_before_it_has_its_name(tmp_path: Path) -> None:
    seen: list[list[str]] = []

    def verify(content: Path | bytes) -> None:
        assert isinstance(content, Path)
        assert content.read_bytes() == PNG
        seen.append([name[-5:] for name in names_in(tmp_path)])
        raise ValueError("is a broken picture")

    error = refused(plays(answer(PNG)), into=tmp_path, verify=verify)
    assert "it is a broken picture." in str(error)
    assert seen == [[".part"]]
    assert names_in(tmp_path) == []


def test_only_pictures_are_verified() -> None:
    def verify(content: Path | bytes) -> None:
        raise ValueError("never called")

    assert fetched(plays(answer(MP3)), verify=verify)[0].data == MP3


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk.os, "write", full)
    error = refused(plays(answer(PNG)), into=tmp_path)
    assert error.problem == "disk"
    assert "the disk is full" in str(error)
    monkeypatch.undo()
    assert names_in(tmp_path) == []


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refused(plays(answer(PNG)), into=tmp_path / "file" / "media").problem == "disk"


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    async def main() -> None:
        async with serving() as server:
            url = server.play("/a", answer(PNG + bytes(3 << 20), content_length=10**8), 30.0)
            downloader = Downloader(Network(), allowed_origins=lambda: [server.url])
            started = asyncio.Event()
            fetching = asyncio.create_task(
                downloader.fetch(
                    url, into=tmp_path, limit=10**9, on_progress=lambda *_: started.set()
                )
            )
            await started.wait()
            fetching.cancel()
            with pytest.raises(asyncio.CancelledError):
                await fetching
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

    asyncio.run(main())
    assert names_in(tmp_path) == []


def test_progress_is_told_in_bytes() -> None:
    heard: list[tuple[int, int | None]] = []
    body = PNG + bytes(1 << 20)
    fetched(plays(answer(body)), on_progress=lambda *said: heard.append(said))
    assert heard[-1] == (len(body), len(body))
    assert heard == sorted(heard)
