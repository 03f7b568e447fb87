"""Processes killed at chance moments: what they had is whole or not there, and the next is told."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import run_sandbox
from tests.providers.tasks.test_intents import KILLED

from ..tally import Tally

ROOT = Path(__file__).parents[2]
PIECES = 40

UPLOAD = f"""
import asyncio, sys
from sophnet_jupyter.widgets.uploads.uploads import Uploads
PIECE, PIECES = 100_000, {PIECES}
async def main():
    heard = asyncio.Queue()
    uploads = Uploads(
        lambda kind, **facts: heard.put_nowait(facts), lambda upload: print("whole", flush=True),
        limit=10**9, in_memory=0,
    )
    facts = {{"upload": "1", "view": "v", "name": "a.bin", "size": PIECE * PIECES, "type": ""}}
    uploads.obey({{"kind": "upload", "purpose": "page", **facts}}, [])
    for number in range(PIECES):
        while (await heard.get()).get("received") != number * PIECE:
            pass
        print(number, flush=True)
        piece = {{"kind": "upload-piece", "upload": "1", "at": number * PIECE}}
        uploads.obey(piece, [memoryview(bytes(PIECE))])
    await asyncio.sleep(600)
asyncio.run(main())
"""
NEXT = "from sophnet_jupyter.widgets.uploads.store import folder; print(folder())"
SAVE = """
import itertools, sys
from pathlib import Path
from sophnet_jupyter.files.saving import save_bytes
for number in itertools.count():
    save_bytes((b"a", b"b")[number % 2] * 2_000_000, Path(sys.argv[1]))
    print(number, flush=True)
"""
ASK = """
import asyncio, sys
from sophnet_jupyter import Client
async def main():
    async with Client("sandbox", sys.argv[1], history=True) as client:
        for number in range(10_000):
            await client.chat.create(f"What is {number} * 3?")
            print(number, flush=True)
asyncio.run(main())
"""


def run(tally: Tally, *, small: bool) -> None:
    chance = random.Random(18)
    for turn in range(2 if small else 25):
        with tempfile.TemporaryDirectory() as folder:
            _upload(tally, Path(folder), PIECES - 1 if turn == 0 else chance.randrange(PIECES))
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2 if small else 40):
            _save(tally, Path(folder) / "kept.bin", chance)
    for turn in range(1 if small else 10):
        with tempfile.TemporaryDirectory() as folder:
            _paid(tally, Path(folder) / "tasks.sqlite", turn)
    if small:
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        run_sandbox("--tokens-per-second", "0") as sandbox,
    ):
        for turn in range(15):
            _asked(tally, Path(folder), sandbox.url, chance.randrange(1, 40), turn)
    for name, kills in (
        ("tests/client/test_killed_run.py", 20),
        ("tests/kernel/test_sandbox_child.py", 12),
    ):
        command = [sys.executable, "-m", "pytest", "-q", name]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        for turn in range(kills):
            tally.count(f"{name}, kill {turn}", ended.returncode == 0, ended.stdout[-300:])


def _killed(code: str, *arguments: str, behind: int, pause: float = 0.0, **environment: str) -> str:
    """What a child said that is killed once it has said the number ``behind``."""
    said = []
    child = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
        cwd=ROOT,
    )
    with child:
        assert child.stdout
        for line in child.stdout:
            said.append(line)
            if line.strip() == str(behind):
                break
        time.sleep(pause)
        child.kill()
        said.append(child.stdout.read())
    return "".join(said)


def _upload(tally: Tally, folder: Path, behind: int) -> None:
    """A chunked upload from a browser."""
    said = _killed(UPLOAD, behind=behind, SOPHNET_DATA_DIR=str(folder))
    name = f"an upload, killed in piece {behind} of {PIECES}"
    # A kill may come late on a busy machine: then all pieces had been sent.
    sent = said.split()
    tally.count(name, "whole" not in sent or str(PIECES - 1) in sent, said[-100:])
    environment = {**os.environ, "SOPHNET_DATA_DIR": str(folder)}
    command = [sys.executable, "-c", NEXT]
    subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True)
    left = [path.name for path in (folder / "uploads").rglob("*") if path.is_file()]
    tally.count(f"{name}, and what it left", not left, left)


def _save(tally: Tally, path: Path, chance: random.Random) -> None:
    _killed(SAVE, str(path), behind=chance.randrange(1, 12), pause=chance.random() / 50)
    kept = path.read_bytes()
    whole = kept in (b"a" * 2_000_000, b"b" * 2_000_000)
    tally.count("a file that is written over", whole, f"{len(kept)} bytes")


def _paid(tally: Tally, path: Path, turn: int) -> None:
    """Between a paid answer and the note of it."""
    command = [sys.executable, "-c", KILLED, str(path)]
    subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    look = (
        "import asyncio, sys; from pathlib import Path\n"
        "from sophnet_jupyter.providers.tasks.tasks import Kind, Tasks\n"
        "tasks = Tasks(Path(sys.argv[1]))\n"
        "tasks.register('image', Kind(service='S', origin='o', resume=None))\n"
        "print(asyncio.run(tasks.left()))"
    )
    said = subprocess.run(
        [sys.executable, "-c", look, str(path)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    tally.count(
        f"a paid request, turn {turn}", "may work on a task" in said.stdout, said.stderr[-200:]
    )


def _asked(tally: Tally, folder: Path, url: str, behind: int, turn: int) -> None:
    """While the history is written."""
    _killed(ASK, url, behind=behind, SOPHNET_DATA_DIR=str(folder))
    files = list(folder.rglob("history*.sqlite"))
    sound = [
        sqlite3.connect(path).execute("pragma integrity_check").fetchone()[0] for path in files
    ]
    tally.count(f"the history, turn {turn}", sound == ["ok"], (files, sound))
