"""A file that is not there, or cannot be used, is told in one sentence wherever it was named."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sophnet_jupyter.errors import SettingsError, file_refused, why
from sophnet_jupyter.explore.tables import read_parquet
from sophnet_jupyter.files.database import Schema, refused
from sophnet_jupyter.files.database import read as read_rows
from sophnet_jupyter.history.cassette import Cassette
from sophnet_jupyter.prompt.file.place import text_of
from sophnet_jupyter.prompt.images.sources import source as image
from sophnet_jupyter.providers.sophnet.speech.live.source import read as sound
from sophnet_jupyter.runs.evaluation.kept import read as evaluation
from sophnet_jupyter.runs.tables_on_disk import read as table
from sophnet_jupyter.wire.files.upload import source as upload

READERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "image": (image, ".png"),
    "upload": (upload, ".pdf"),
    "sound": (lambda path: sound(path, 16_000), ".wav"),
    "table": (table, ".csv"),
    "parquet": (read_parquet, ".parquet"),
    "prompt": (text_of, ".md"),
    "cassette": (lambda path: Cassette(path).load(), ".json"),
    "evaluation": (evaluation, ".jsonl"),
}


@pytest.mark.parametrize("kind", READERS)
def test_a_file_that_is_not_there_is_told_alike_by_all_who_read(kind: str, tmp_path: Path) -> None:
    read, ending = READERS[kind]
    path = tmp_path / f"none{ending}"
    with pytest.raises(SettingsError) as error:
        read(path)
    assert str(error.value) == f"There is no file {path}."


NUMBERS = [
    getattr(errno, name)
    for name in ("ENOENT", "EACCES", "EISDIR", "ENOSPC", "EROFS", "ENAMETOOLONG", "EMFILE", "EIO")
]


@pytest.mark.parametrize("number", NUMBERS, ids=[errno.errorcode[one] for one in NUMBERS])
def test_why_a_file_cannot_be_used_is_told_without_the_systems_words(number: int) -> None:
    error = OSError(number, os.strerror(number), "a.png")
    said = str(file_refused("a.png", error, "written"))
    assert said.startswith("a.png ")
    assert os.strerror(number) not in said
    assert str(number) not in said
    assert said.count(".") == 2


def test_a_name_that_can_be_none_and_a_file_that_is_no_store_are_told_in_words(
    tmp_path: Path,
) -> None:
    with pytest.raises(SettingsError, match="cannot be read: its name is none"):
        text_of(Path("a\0b"))
    assert why(ValueError("embedded null byte")) == "its name is none"
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"no database at all, and long enough to be looked at" * 20)
    with pytest.raises(Exception) as error:  # noqa: PT011 - whatever SQLite raises
        read_rows(broken, Schema((("create table a (b)",),)), lambda rows: None)
    assert refused(error.value) in ("it is no database", "it is damaged")
