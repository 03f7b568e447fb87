"""
Our extension beside those of others: ``python tests/hosts.py`` runs its stories with each of them.

Each is put into a folder of its own, `.hosts/NAME`, with what it needs and this environment lacks.
What an index offers changes by the day, so this runs weekly and not with each change.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".hosts"
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


def run(name: str) -> int:
    """Install one, and run the stories beside it; 0 if all of them hold."""
    folder = FOLDER / name
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    put = [*pip, "--no-deps", "--upgrade", "--target", str(folder), *BESIDE[name].split()]
    subprocess.run(put, check=True)
    if name == "language-servers":
        listen(folder)
    stories = [*STORIES, *ITS_OWN.get(name, [])]
    tests = [str(ROOT / "tests" / "browser" / "labextension" / story) for story in stories]
    command = [sys.executable, "-m", "pytest", "-q", "-k", "[lab]", *tests]
    return subprocess.run(command, env={**os.environ, "BESIDE": str(folder)}, cwd=ROOT).returncode


def listen(folder: Path) -> None:
    """Give it a language server of Python that keeps what it is told."""
    script = ROOT / "tests" / "browser" / "labextension" / "language_server.py"
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
    failed = [name for name in sys.argv[1:] or BESIDE if run(name)]
    sys.exit(f"Fails beside {', '.join(failed)}." if failed else 0)
