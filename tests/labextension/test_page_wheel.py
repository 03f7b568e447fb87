"""The page's half as a wheel of its own: for a server whose kernels are elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from sophnet_jupyter import __version__

pytestmark = pytest.mark.kernel

EXTENSION = Path(__file__).parents[2] / "labextension"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(target), str(EXTENSION)]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = target.glob("*.whl")
    return path


def test_it_holds_the_bundle_and_depends_on_nothing(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (facts,) = [name for name in names if name.endswith("/METADATA")]
        written = archive.read(facts).decode()
    assert "Requires-Dist" not in written
    bundle = [path for path in (EXTENSION / "prebuilt").rglob("*") if path.is_file()]
    held = {name.partition("labextensions/sophnet-jupyter/")[2] for name in names} - {""}
    wanted = {path.relative_to(EXTENSION / "prebuilt").as_posix() for path in bundle}
    assert held == wanted | {"install.json"}
    assert [name for name in names if name.endswith(".py")] == []


def test_jupyterlab_lists_it_where_nothing_else_of_ours_is(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "server", symlinks=True)
    pip = [sys.executable, "-m", "pip", "--python", str(tmp_path / "server" / "bin" / "python")]
    command = [*pip, "install", "-q", "--no-index", "--disable-pip-version-check", str(wheel)]
    subprocess.run(command, check=True)
    places = {"JUPYTER_PATH": str(tmp_path / "server" / "share" / "jupyter"), "PATH": ""}
    ask = [sys.executable, "-m", "jupyterlab.labextensions", "list"]
    done = subprocess.run(ask, env=os.environ | places, capture_output=True, text=True)
    found = done.stdout + done.stderr
    ours = found.partition(places["JUPYTER_PATH"])[2].partition("\n\n")[0]
    assert re.search(r"sophnet-jupyter v\S+ .*enabled.*OK", ours), found


def test_both_wheels_have_one_version(wheel: Path) -> None:
    assert wheel.name.split("-")[1] == __version__
