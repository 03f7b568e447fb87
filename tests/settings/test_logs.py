"""No library of the network logs a key, whatever level it is switched to."""

from __future__ import annotations

import importlib.util
import logging
import re
from pathlib import Path

import pytest

from sophnet_jupyter.settings import Secret
from sophnet_jupyter.settings.logs import GUARDED, guard

KEY = "sk-canary-7Qw9Xz31LmNp84RtYv26"


@pytest.fixture(autouse=True)
def key() -> Secret:
    guard()
    return Secret(KEY)


@pytest.mark.parametrize("library", ["httpx2", "httpcore2", "websockets"])
def test_every_logger_of_the_libraries_is_guarded(library: str) -> None:
    (folder,) = importlib.util.find_spec(library).submodule_search_locations
    named = r"getLogger\(\s*f?\"([^\"]+)\""
    found = {
        name
        for path in Path(folder).rglob("*.py")
        if not {"legacy", "cli.py"} & set(path.parts)
        for name in re.findall(named, path.read_text())
    }
    assert found
    assert {name for name in found if "{" not in name} <= set(GUARDED)


@pytest.mark.parametrize("name", GUARDED)
@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        (f"> Authorization: Bearer {KEY}", ()),
        ("> %s: %s", ("Authorization", f"Bearer {KEY}")),
        ("%r", ([(b"Authorization", f"Bearer {KEY}".encode())],)),
        ("%(a)s", ({"a": KEY},)),
        ("%.5s", (KEY,)),
    ],
)
def test_a_record_loses_the_key_in_its_words_and_in_its_arguments(
    caplog: pytest.LogCaptureFixture, name: str, message: str, arguments: tuple[object, ...]
) -> None:
    with caplog.at_level(logging.DEBUG, logger=name):
        logging.getLogger(name).debug(message, *arguments)
    (record,) = caplog.records
    assert KEY not in repr(record.__dict__)


def test_a_traceback_loses_it_too(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError(f"Illegal header value {KEY}")
    except ValueError:
        logging.getLogger("websockets.client").exception("failed")
    assert KEY not in caplog.text
    assert "Illegal header value ‹key›" in caplog.text


def test_a_record_without_a_key_is_left_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("httpx2").warning("%s of %d", "one", 2)
    (record,) = caplog.records
    assert (record.msg, record.args) == ("%s of %d", ("one", 2))
