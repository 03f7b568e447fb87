"""Pictures, sounds and videos as HTML that plays wherever a notebook is opened."""

from __future__ import annotations

import base64
import io
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import PIL.Image
import pytest

from sophnet_jupyter.response import Response
from sophnet_jupyter.values.image import Image
from sophnet_jupyter.values.transcript import Recording, Sentence
from sophnet_jupyter.views.answer import bundle
from sophnet_jupyter.views.media import audio, images, shelf, transcript, video_player

WAV = b"RIFF\x24\0\0\0WAVEfmt " + bytes(100)
MP4 = b"\0\0\0\x18ftypisom" + bytes(200)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    shelf.shelf.in_files = False


def noise(side: int) -> bytes:
    """A picture that no format makes small."""
    buffer = io.BytesIO()
    PIL.Image.effect_noise((side, side), 120).convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


def picture(side: int = 40, **more: object) -> Image:
    buffer = io.BytesIO()
    PIL.Image.new("RGB", (side, side), "teal").save(buffer, "PNG")
    given = {"data": buffer.getvalue(), "mime": "image/png", "prompt": "a fox", "seed": 7}
    return Image(**(given | more))  # type: ignore[arg-type]


def shown(html: str) -> list[tuple[int, int]]:
    """The sizes of the pictures in some HTML."""
    found = re.findall(r'src="data:image/webp;base64,([^"]+)"', html)
    return [PIL.Image.open(io.BytesIO(base64.b64decode(data))).size for data in found]


def test_each_picture_stands_with_its_words_size_and_seed() -> None:
    html = images.grid([picture(), picture(60, seed=8)])
    assert shown(html) == [(40, 40), (60, 60)]
    assert re.findall(r"\d+ × \d+ · seed \d+", html) == ["40 × 40 · seed 7", "60 × 60 · seed 8"]
    assert html.count("a fox</div>") == 2


def test_large_pictures_share_two_megabytes_and_say_that_they_are_smaller() -> None:
    large = noise(1400)
    html = images.grid([picture(data=large), picture(data=large)])
    assert len(html) < 2_050_000
    assert all(side < 1400 for size in shown(html) for side in size)
    assert "shown at" in html


def test_of_a_picture_file_only_the_pixels_go_into_a_notebook() -> None:
    buffer = io.BytesIO()
    exif = PIL.Image.Exif()
    exif[270] = "<script>secret</script>"
    PIL.Image.new("RGB", (8, 8)).save(buffer, "JPEG", exif=exif)
    data = buffer.getvalue() + b"<script>alert(1)</script>"
    drawn, _ = images.small(picture(data=data, mime="image/jpeg"), 10_000)
    assert b"secret" not in drawn
    assert b"script" not in drawn


def test_a_picture_that_was_not_fetched_is_said_to_be_none_and_loads_nothing() -> None:
    html = images.grid([Image(url="https://store.example/1.png", prompt="a fox")])
    assert "not fetched" in html
    assert "store.example" not in html


def test_words_of_a_prompt_are_nothing_but_words() -> None:
    html = images.grid([picture(prompt='"><script>alert(1)</script>')])
    assert "<script" not in html
    assert '"><' not in html.replace('"><fig', "").replace('"><div', "").replace('"><img', "")


def test_a_response_with_pictures_is_one_bundle_of_html_and_words() -> None:
    data = bundle(Response(images=(picture(),), ending="complete", sandbox=True))
    assert set(data) == {"text/html", "text/plain"}
    assert "<figure" in data["text/html"]
    assert "[image 1] a fox · 40 × 40 · seed 7" in data["text/plain"]


def test_pictures_can_be_kept_beside_the_notebook(here: Path) -> None:
    shelf.shelf.in_files = True
    one = picture()
    html = images.grid([one, one])
    [file] = (here / "sophnet-media").iterdir()
    assert file.read_bytes() == one.data
    assert html.count(f'src="sophnet-media/{file.name}"') == 2
    assert "data:" not in html


def test_what_many_draw_at_once_is_one_file(here: Path) -> None:
    data = WAV + bytes(2_000_000)
    together = threading.Barrier(8)

    def draw(number: int) -> str:
        together.wait(timeout=60)
        return audio.player(data)

    with ThreadPoolExecutor(8) as threads:
        drawn = set(threads.map(draw, range(8)))
    [file] = (here / "sophnet-media").iterdir()
    assert file.read_bytes() == data
    assert drawn == {audio.player(data)}


def test_a_file_whose_name_was_taken_is_found_again(here: Path) -> None:
    data = WAV + bytes(2_000_000)
    audio.player(data)
    [taken] = (here / "sophnet-media").iterdir()
    taken.write_bytes(b"something else")
    assert audio.player(data) == audio.player(data)
    assert taken.read_bytes() == b"something else"
    [ours] = {*(here / "sophnet-media").iterdir()} - {taken}
    assert ours.read_bytes() == data


def test_a_folder_that_cannot_be_written_is_a_sentence(here: Path) -> None:
    shelf.shelf.in_files = True
    (here / "sophnet-media").write_text("in the way")
    assert "cannot be shown" in images.grid([picture()])


@pytest.mark.parametrize(
    ("html", "tag", "mime"),
    [(audio.player(WAV), "audio", "audio/wav"), (video_player.player(MP4), "video", "video/mp4")],
)
def test_a_player_has_its_source_on_itself(html: str, tag: str, mime: str) -> None:
    start = f'<{tag} controls preload="metadata" src="data:{mime};base64,'
    assert html.startswith(start)
    assert "<source" not in html
    assert "cannot play" in html


def test_what_is_larger_than_two_megabytes_is_a_file_and_a_link(here: Path) -> None:
    for player, data, kind in ((audio.player, WAV, "audio"), (video_player.player, MP4, "video")):
        html = player(data + bytes(2_000_000))
        [file] = (here / "sophnet-media").glob(f"{kind}-*")
        assert len(html) < 2_000
        assert f'src="sophnet-media/{file.name}"' in html
        assert f'<a href="sophnet-media/{file.name}">' in html


def test_a_video_has_its_first_frame_until_it_plays() -> None:
    html = video_player.player(MP4, poster=picture(400))
    assert 'poster="data:image/webp;base64,' in html
    assert len(html) < 150_000


def test_bytes_that_are_no_sound_or_video_are_not_played() -> None:
    for player in (audio.player, video_player.player):
        html = player(b"<html><script>alert(1)</script>")
        assert "src=" not in html
        assert "<script" not in html


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (b"\0\0\0\x18ftypmp42", "audio/mp4"),
        (b"\0\0\0\x18ftyp3gp4", "audio/mp4"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "audio/webm"),
        (b"\0\0\0\x18ftypM4A ", "audio/mp4"),
        (WAV, "audio/wav"),
    ],
    ids=["of Android", "of a telephone", "of a browser", "m4a", "wav"],
)
def test_a_recording_has_a_player_whatever_recorded_it(head: bytes, mime: str) -> None:
    said = (Sentence(text="hello", start=0.0),)
    made = Recording(name="talk", data=head + bytes(400), sentences=said)
    assert f'<audio controls preload="metadata" src="data:{mime};base64,' in transcript.shown(
        [made]
    )
    assert transcript.mime_of(made.data) == mime


def test_a_recording_that_is_no_sound_has_none() -> None:
    for data in (b"<html>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n"):
        assert "src=" not in transcript.shown([Recording(name="talk", data=data)])
        assert transcript.mime_of(data) == ""
