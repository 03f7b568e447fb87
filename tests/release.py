"""
What is handed out, tried as users get it; apart from the tests, since it takes minutes.

``python tests/release.py build`` makes the wheel and the source archive twice in ``dist/`` and
compares their bytes. ``installed`` puts the wheel into an empty environment, and asks a first
question of the sandbox in it: in three commands, told with the seconds that they took. ``offline``
installs from ``dist/wheelhouse`` and runs every notebook without a network.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
WHEELHOUSE = DIST / "wheelhouse"
QUESTION = "%load_ext sophnet_jupyter\n%sophchat What is 17 * 23?\n"
# A network of its own, with nothing in it but this machine.
ALONE = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")


def run(*command: object, **how: object) -> None:
    """Run a command, and end where it fails."""
    subprocess.run([str(each) for each in command], check=True, **how)  # type: ignore[call-overload]


def build() -> None:
    """Both archives, twice, and equal."""
    again = DIST / "again"
    for folder in (DIST, again):
        folder.mkdir(parents=True, exist_ok=True)
        for old in [*folder.glob("*.whl"), *folder.glob("*.tar.gz")]:
            old.unlink()
        epoch = {"SOURCE_DATE_EPOCH": "1735689600"}
        command = (sys.executable, "-m", "build", "--outdir", folder, ROOT)
        run(*command, env=os.environ | epoch, stdout=subprocess.DEVNULL)
    made = sorted(path.name for path in again.iterdir())
    different = filecmp.cmpfiles(DIST, again, made, shallow=False)
    shutil.rmtree(again)
    if different[0] != made:
        sys.exit(f"Two builds of one source differ: {different[1:]}")
    print(f"Built twice, and equal: {', '.join(made)}")


def installed() -> None:
    """The wheel in an empty environment: its version, and a first answer of the sandbox."""
    [wheel] = DIST.glob("*.whl")
    with tempfile.TemporaryDirectory() as place:
        begun = time.monotonic()
        python = _environment(Path(place), (f"{wheel}[demo]",))
        said = subprocess.run(
            [python, "-m", "sophnet_jupyter.cli", "--version"], text=True, stdout=-1
        )
        if said.stdout.strip() != wheel.name.split("-")[1]:
            sys.exit(f"{wheel.name} says that it is {said.stdout.strip()}")
        asked = subprocess.run(
            [python, "-m", "IPython", "-c", QUESTION],
            cwd=place,
            env=_without_ours(),
            text=True,
            stdout=-1,
        )
        if "391" not in asked.stdout:
            sys.exit(f"There was no first answer: {asked.stdout}")
        print(f"From an empty environment to a first answer: {time.monotonic() - begun:.0f} s")
        _run_notebooks(python, Path(place), ["quickstart"])


def offline() -> None:
    """All notebooks from the wheelhouse, without a network."""
    with tempfile.TemporaryDirectory() as place:
        given = ("--no-index", "--find-links", WHEELHOUSE, "sophnet-jupyter[demo,engines,espeak]")
        python = _environment(Path(place), given)
        names = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
        _run_notebooks(python, Path(place), names, alone=ALONE)


def _environment(place: Path, wanted: Iterable[object]) -> Path:
    venv.create(place / "environment", symlinks=True, with_pip=True)
    python = place / "environment" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *wanted)
    return python


def _run_notebooks(
    python: Path, place: Path, names: Iterable[str], alone: tuple[str, ...] = ()
) -> None:
    code = "from sophnet_jupyter.commands.notebooks import put_notebooks; put_notebooks()"
    run(python, "-c", code, cwd=place)
    environment = {**_without_ours(), "SOPHNET_SANDBOX": "1", "HOME": str(place)}
    for name in names:
        command = (python, "-m", "jupyter", "execute", f"{name}.ipynb")
        run(*alone, *command, cwd=place / "sophnet-quickstart", env=environment)
        print(f"  {name} has run")


def _without_ours() -> dict[str, str]:
    ours = ("SOPHNET_", "DIFY_", "TELEAI_", "PYTHON", "JUPYTER")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


if __name__ == "__main__":
    for name in sys.argv[1:]:
        {"build": build, "installed": installed, "offline": offline}[name]()
