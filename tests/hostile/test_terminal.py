"""Text of a model in a real terminal commands nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from .corpus import ATTACKS, FORBIDDEN
from .servers import Beacon, HostileModel, serving, setup, source

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(os.name != "posix", reason="a terminal of one's own needs pty"),
]

NAMES = list(ATTACKS)
# Grey for thoughts and figures, and back: all that we write ourselves.
OURS = re.compile(r"\x1b\[[02]m")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """All that IPython wrote to its terminal while every attack was asked for."""
    home = tmp_path_factory.mktemp("home")
    with serving(Beacon) as beacon, serving(HostileModel) as model:
        model.beacon, model.pause = beacon.host, 0.0
        words = source("words", NAMES)
        script = home / "asking.py"
        errors = [source("refusal", NAMES), source("late", NAMES)]
        script.write_text("\n".join([setup(f"http://{model.host}"), words, *errors]))
        lines = [f"%run -i {script}", "%sophchat words escape clipboard", "exit"]
        yield talk(home, lines)
        assert set(model.visits) == set(NAMES)
        assert beacon.visits == []


def talk(home: Path, lines: list[str]) -> str:
    """Type lines into IPython on a pseudo-terminal; return what it showed."""
    ours, theirs = os.openpty()
    environment = {**os.environ, "IPYTHONDIR": str(home), "TERM": "dumb"}
    command = [sys.executable, "-m", "IPython", "--simple-prompt", "--colors=NoColor"]
    process = subprocess.Popen(
        [*command, "--no-banner", "--no-confirm-exit"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        cwd=home,
        start_new_session=True,
    )
    os.close(theirs)
    seen: list[bytes] = []
    reader = threading.Thread(target=read, args=(ours, seen))
    reader.start()
    os.write(ours, "".join(f"{line}\n" for line in lines).encode())
    try:
        process.wait(timeout=120)
    finally:
        process.kill()
        process.wait()
    reader.join(timeout=60)
    os.close(ours)
    return b"".join(seen).decode()


def read(terminal: int, seen: list[bytes]) -> None:
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            # Linux says so when the other side is closed.
            return
        if not data:
            return
        seen.append(data)


def test_every_attack_was_shown(shown):
    assert shown.count("complete") >= len(NAMES) - 1
    assert shown.count("RequestRefused") == len(NAMES)


def test_no_character_of_a_model_commands_the_terminal(shown):
    # The terminal itself turns LF into CR LF.
    text = OURS.sub("", shown.replace("\r\n", "\n"))
    found = re.search(f".{{0,80}}[{FORBIDDEN}].{{0,80}}", text)
    assert not found, ascii(found[0])
