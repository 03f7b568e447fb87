"""What JupyterLab loads: built from this source, small, and for every JupyterLab that we allow."""

from __future__ import annotations

import gzip
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sophnet_jupyter import __version__

# Node's packages are there after `make test` alone.
pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "labextension"
BUNDLE = EXTENSION / "prebuilt"
SCRIPTS = sorted((BUNDLE / "static").glob("*.js"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PACKAGE: dict[str, Any] = json.loads((EXTENSION / "package.json").read_text("utf-8"))
build: Callable[[Path], None] = runpy.run_path(str(EXTENSION / "build.py"))["build"]


def files_of(folder: Path) -> dict[str, bytes]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def copy_of_the_source(folder: Path) -> Path:
    """The extension with the scripts and the notebook that it takes, in another place."""
    copy, left_out = folder / "labextension", shutil.ignore_patterns("node_modules", "prebuilt")
    shutil.copytree(EXTENSION, copy, ignore=left_out)
    scripts = Path("sophnet_jupyter") / "widgets"
    shutil.copytree(ROOT / scripts, folder / scripts)
    quickstart = Path("notebooks") / "quickstart.ipynb"
    (folder / quickstart).parent.mkdir()
    shutil.copy(ROOT / quickstart, folder / quickstart)
    # Linked file by file: through a linked folder the compiler would see where it really is.
    modules = EXTENSION / "node_modules"
    try:
        shutil.copytree(modules, copy / "node_modules", copy_function=os.link, symlinks=True)
    except (OSError, shutil.Error):
        shutil.rmtree(copy / "node_modules", ignore_errors=True)
        shutil.copytree(modules, copy / "node_modules", symlinks=True)
    return copy


@pytest.mark.parametrize("place", ["here", "a/much/longer/folder/with a blank"])
def test_the_source_makes_the_committed_bundle_wherever_it_lies(place: str, tmp_path: Path) -> None:
    copy = copy_of_the_source(tmp_path / place)
    build(copy)
    made, committed = files_of(copy / "prebuilt"), files_of(BUNDLE)
    assert sorted(made) == sorted(committed), "run `make lab`, and commit prebuilt/"
    assert [name for name in made if made[name] != committed[name]] == []


def test_the_pure_parts_do_what_their_tests_in_node_say() -> None:
    # On what `make test` has compiled: other workers look at the bundle meanwhile.
    tests = sorted(map(str, Path(__file__).parent.glob("*.test.mjs")))
    node = [sys.executable, str(ROOT / "tests" / "types" / "node.py"), "node", "--test"]
    done = subprocess.run([*node, *tests], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^(# |ℹ )pass [1-9]", done.stdout, re.M)


def test_the_bundle_wants_no_newer_jupyterlab_than_we_do() -> None:
    # The builder writes what JupyterLab it was given into the bundle, package by package.
    core = EXTENSION / "node_modules" / "@jupyterlab" / "core-meta"
    version = json.loads((core / "package.json").read_text("utf-8"))["version"]
    assert PACKAGE["devDependencies"]["@jupyterlab/core-meta"] == version
    wanted = "".join(PROJECT["optional-dependencies"]["lab"])
    (floor,) = re.findall(r"jupyterlab>=([\d.]+)", wanted)
    assert [*map(int, version.split("."))] <= [*map(int, floor.split("."))]
    entry = next(path for path in SCRIPTS if path.name.startswith("remoteEntry"))
    asked = set(re.findall(r'requiredVersion:"([^"]+)"', entry.read_text("utf-8")))
    assert asked
    packages = json.loads((core / "core.package.json").read_text("utf-8"))
    assert asked <= {each.replace("~", "^") for each in packages["resolutions"].values()}


def test_the_page_half_has_the_version_of_the_package() -> None:
    assert PACKAGE["version"] == __version__
    assert json.loads((BUNDLE / "package.json").read_text("utf-8"))["version"] == __version__


def test_the_bundle_is_small_and_in_few_files() -> None:
    assert sum(len(gzip.compress(path.read_bytes())) for path in SCRIPTS) <= 40_000
    assert len(SCRIPTS) <= 6


def test_the_bundle_brings_no_library_of_others() -> None:
    # A second copy of CodeMirror breaks the editor, and all else is the page's own.
    licenses = json.loads((BUNDLE / "static" / "third-party-licenses.json").read_text("utf-8"))
    brought = {package["name"] for package in licenses["packages"]} - {"sophnet-jupyter"}
    assert {
        name for name in brought if not name.startswith(("css-loader", "style-loader"))
    } == set()


def test_the_lockfile_names_no_registry() -> None:
    lock = (EXTENSION / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    assert "http://" not in lock


def test_one_file_alone_talks_to_a_kernel_and_nothing_runs_code_in_it() -> None:
    for path in (EXTENSION / "src").rglob("*.ts"):
        source = path.read_text("utf-8")
        assert not re.search(r"\brequestExecute\b|\bexecuteCell\b", source), path.name
        if path.name != "kernel.ts":
            assert not re.search(r"\bcreateComm\b|\bregisterCommTarget\b", source), path.name


@pytest.mark.parametrize("path", sorted((EXTENSION / "src").rglob("*.ts")), ids=lambda p: p.name)
def test_a_file_has_at_most_250_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 250
