"""What people install: the wheel alone, in an environment that holds nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import sophnet_jupyter

pytestmark = pytest.mark.kernel

ROOT = Path(__file__).parents[1]
WIDGETS = ROOT / "sophnet_jupyter" / "widgets"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(target), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = target.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel and what it depends on, no extras."""
    path = tmp_path_factory.mktemp("environment")
    venv.create(path, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--python", str(path / "bin" / "python")]
    command = [*pip, "install", "--quiet", "--disable-pip-version-check", str(wheel)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def run(environment: Path, tmp_path: Path) -> Run:
    """Run a command of the new environment, far from the checkout."""
    ours = ("SOPHNET_", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}

    def run(command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        whole = [str(environment / "bin" / command), *arguments]
        return subprocess.run(
            whole, cwd=tmp_path, env=kept, capture_output=True, text=True, timeout=300
        )

    return run


def test_the_wheel_has_the_version_that_the_package_says(wheel):
    assert wheel.name.split("-")[1] == sophnet_jupyter.__version__


def test_the_wheel_holds_the_package_and_nothing_else(names):
    parts = {name.partition("/")[0].partition("-")[0] for name in names}
    assert parts == {"sophnet_jupyter", "pytest_sophnet_cassette.py"}
    stray = (".pyc", ".so", ".ts", ".mjs", ".DS_Store", "-checkpoint.ipynb")
    assert [name for name in names if name.endswith(stray)] == []
    assert [name for name in names if "sophnet-media" in name or "node_modules" in name] == []


@pytest.mark.parametrize(
    "part",
    ["/LICENSE", "/py.typed", "/notebooks/quickstart.ipynb", "/LC_MESSAGES/sophnet_jupyter.json"],
)
def test_the_wheel_brings(part, names):
    assert any(name.endswith(part) for name in names)


def test_the_wheel_brings_each_script_and_sheet(names):
    files = [path for kind in ("js", "css") for path in WIDGETS.rglob(f"*.{kind}")]
    assert files
    assert {path.relative_to(ROOT).as_posix() for path in files} <= set(names)


def test_jupyterlab_finds_the_extension_of_an_installed_package(environment):
    # Asked of the JupyterLab that there is; the environment has neither that nor Node.
    places = {"JUPYTER_PATH": str(environment / "share" / "jupyter"), "PATH": ""}
    ask = [sys.executable, "-m", "jupyterlab.labextensions", "list"]
    done = subprocess.run(ask, env=os.environ | places, capture_output=True, text=True)
    found = done.stdout + done.stderr
    ours = found.partition(places["JUPYTER_PATH"])[2].partition("\n\n")[0]
    assert re.search(r"sophnet-jupyter v\S+ .*enabled.*OK", ours), found


def test_the_package_imports_without_extras_and_without_warnings(run):
    done = run("python", "-W", "error", "-c", "import sophnet_jupyter")
    assert done.returncode == 0, done.stderr


def test_the_command_explains_itself(run):
    done = run("sophnet-jupyter", "--help")
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout


@pytest.mark.parametrize(("command", "status"), [("demo", 3), ("sandbox", 3)])
def test_a_command_that_needs_an_extra_says_which(run, command, status):
    done = run("sophnet-jupyter", command)
    assert done.returncode == status
    assert 'pip install "sophnet-jupyter[' in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_installed_package_puts_the_quickstart_into_the_current_folder(run, tmp_path):
    code = "from sophnet_jupyter.commands.notebooks import put_notebooks; print(put_notebooks()[0])"
    done = run("python", "-c", code)
    assert done.stdout.strip() == str(tmp_path / "sophnet-quickstart"), done.stderr
    assert (tmp_path / "sophnet-quickstart" / "quickstart.ipynb").is_file()
