"""
Our extension beside those of others, and our magics and panels in other hosts.

``python tests/hosts.py`` runs the stories of all, ``python tests/hosts.py papermill`` those of one.
Each is put into a folder of its own, `.hosts/NAME`, with what it needs and this environment lacks.
What an index offers changes by the day, so this runs weekly and not with each change.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".hosts"
BROWSER = ROOT / "tests" / "browser"
# Without what they depend on, so that none brings another JupyterLab.
BESIDE = {
    "collaboration": """
        jupyter-collaboration jupyter-collaboration-ui jupyter-docprovider jupyter-server-ydoc
        jupyter-ydoc pycrdt pycrdt-websocket pycrdt-store jupyter-server-fileid sqlite-anyio
    """,
    "language-servers": "jupyterlab-lsp jupyter-lsp",
    "spell-checker": "jupyterlab-spellchecker",
    "formatter": "jupyterlab-code-formatter",
    "variables": "lckr-jupyterlab-variableinspector",
    "jupyter-ai": "jupyter-ai<3",
    "chinese": "jupyterlab-language-pack-zh-CN",
    # The oldest that is supported, and the newest there is.
    "oldest-lab": "jupyterlab==4.6.2",
    "newest-lab": "jupyterlab<5",
}
# Beside one of them, a story that needs it.
ITS_OWN = {"chinese": ["chinese.py"], "language-servers": ["language_servers.py"]}
STORIES = ("test_magic_cells.py", "test_stop.py", "test_pictures.py")
# Hosts that do not come with Jupyter; the stories of each are in_NAME.py, in a folder `hosts`.
HOSTS = {
    "papermill": "papermill",
    # It comes with Jupyter; by Playwright, which is here as well, it prints.
    "nbconvert": "",
    "marimo": "marimo",
    "voila": "voila>=0.5,<0.6",
    # Their side of the protocol: one is no package, the other wants a desktop.
    "vs_code": "",
    "qtconsole": "",
}
# What a page of nbconvert loads from a network.
PAGE = ("@jupyter-widgets/html-manager@1", "requirejs@2", "reveal.js@4.0.2")


def run(name: str) -> int:
    """Install one, and run its stories; 0 if all of them hold."""
    return beside(name) if name in BESIDE else inside(name)


def beside(name: str) -> int:
    """The stories of our extension where another one is."""
    folder = FOLDER / name
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    put = [*pip, "--no-deps", "--upgrade", "--target", str(folder), *BESIDE[name].split()]
    subprocess.run(put, check=True)
    if name == "language-servers":
        listen(folder)
    stories = [BROWSER / "labextension" / each for each in (*STORIES, *ITS_OWN.get(name, []))]
    return tested("-k", "[lab]", *map(str, stories), BESIDE=str(folder))


def inside(name: str) -> int:
    """The stories of a host, which runs in an environment of its own on top of this one."""
    python = environment(FOLDER / name)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    if wanted := HOSTS[name].split():
        subprocess.run([*pip, "--upgrade", *wanted], check=True)
    if name == "nbconvert":
        unpack(FOLDER / name / "page")
    [stories] = (ROOT / "tests").glob(f"*/hosts/in_{name}.py")
    return tested(str(stories), HOST=str(python))


def tested(*arguments: str, **variables: str) -> int:
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    return subprocess.run(command, env={**os.environ, **variables}, cwd=ROOT).returncode


def environment(folder: Path) -> Path:
    """
    Make an environment that sees the packages of this one, and return its Python.

    Whatever else a host wants, also another version of ours, is put in front of them.
    """
    venv.create(folder, clear=True, symlinks=os.name != "nt")
    base = {"base": str(folder), "platbase": str(folder)}
    ours, its = sysconfig.get_path("purelib"), Path(sysconfig.get_path("purelib", vars=base))
    its.joinpath("ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n", "utf-8")
    # Copied: a server gives out no page's script from behind a link, and a host looks for its
    # templates in one environment.
    shared = Path("share", "jupyter")
    shutil.copytree(Path(sys.prefix) / shared, folder / shared)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def unpack(folder: Path) -> None:
    """Put each package of `PAGE` into a folder by its name, without what it depends on."""
    node = [sys.executable, str(ROOT / "tests" / "types" / "node.py")]
    for package in PAGE:
        name = package.removeprefix("@jupyter-widgets/").partition("@")[0]
        place = folder / name
        place.mkdir(parents=True)
        pack = [*node, "npm", "pack", "--silent", "--pack-destination", str(place), package]
        subprocess.run(pack, check=True, stdout=subprocess.DEVNULL)
        [archive] = place.glob("*.tgz")
        with tarfile.open(archive) as packed:
            # All of it lies in `package`.
            packed.extractall(place, filter="data")


def listen(folder: Path) -> None:
    """Give it a language server of Python that keeps what it is told."""
    script = BROWSER / "labextension" / "language_server.py"
    server = {
        "version": 2,
        "argv": [sys.executable, str(script), str(folder / "told.jsonl")],
        "languages": ["python"],
        "mime_types": ["text/python", "text/x-ipython"],
        "display_name": "a listener",
    }
    settings = {"autodetect": False, "language_servers": {"listener": server}}
    path = folder / "etc" / "jupyter" / "jupyter_server_config.d" / "listener.json"
    path.write_text(json.dumps({"LanguageServerManager": settings}), encoding="utf-8")


if __name__ == "__main__":
    failed = [name for name in sys.argv[1:] or [*BESIDE, *HOSTS] if run(name)]
    sys.exit(f"Fails: {', '.join(failed)}." if failed else 0)
