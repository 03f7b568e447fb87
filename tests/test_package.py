from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import sophnet_jupyter


def test_the_public_names_are_sorted_and_complete() -> None:
    public = {
        name
        for name, value in vars(sophnet_jupyter).items()
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("sophnet")
    }
    assert sophnet_jupyter.__all__ == sorted(public)


def test_the_version_is_said_once() -> None:
    assert sophnet_jupyter.__version__ == version("sophnet-jupyter")


def _modules_after(code: str) -> set[str]:
    probe = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = {"httpx2", "markdown_it", "pygments", "PIL", "anywidget", "websockets", "numpy"}
    loaded = {name.partition(".")[0] for name in _modules_after("import sophnet_jupyter")}
    assert not loaded & (heavy | {"IPython", "ipywidgets", "pydantic", "pandas", "starlette"})


def test_the_client_never_loads_the_sandbox() -> None:
    code = "import sophnet_jupyter, sophnet_jupyter.local, sophnet_jupyter.cli"
    assert not {name for name in _modules_after(code) if name.startswith("sophnet_jupyter.sandbox")}
