from __future__ import annotations

import ast
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import sophnet_jupyter


def test_the_public_names_are_sorted_and_there() -> None:
    assert sophnet_jupyter.__all__ == sorted(sophnet_jupyter.__all__)
    for name in sophnet_jupyter.__all__:
        assert getattr(sophnet_jupyter, name).__module__.startswith("sophnet_jupyter")


def test_editors_and_type_checkers_see_the_public_names_that_there_are() -> None:
    source = Path(sophnet_jupyter.__file__).read_text(encoding="utf-8")
    blocks = [node for node in ast.parse(source).body if isinstance(node, ast.If)]
    [block] = [node for node in blocks if ast.unparse(node.test) == "TYPE_CHECKING"]
    seen = {alias.asname for each in block.body for alias in each.names}
    assert seen == set(sophnet_jupyter._HOMES)


@pytest.mark.parametrize("name", sophnet_jupyter._MODULES)
def test_a_public_module_is_imported_when_it_is_asked_for(name: str) -> None:
    code = f"import sophnet_jupyter\nprint(sophnet_jupyter.{name}.__all__)"
    assert f"sophnet_jupyter.{name}" in _modules_after(code)
    assert name in dir(sophnet_jupyter)


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Clint'"):
        _ = sophnet_jupyter.Clint


def test_a_response_is_drawn_without_the_extension() -> None:
    bundle = sophnet_jupyter.Response(text="**bold** <script>")._repr_mimebundle_()
    assert "<strong>bold</strong> &lt;script&gt;" in bundle["text/html"]


def test_the_version_is_said_once() -> None:
    assert sophnet_jupyter.__version__ == version("sophnet-jupyter")


HOST = """
from IPython.core.interactiveshell import InteractiveShell
import IPython, sys
{}
InteractiveShell.instance(colors="nocolor").run_cell("{}")
"""


@pytest.mark.parametrize(
    ("is_so", "cell", "said"),
    [
        (
            "sys.platform = 'emscripten'",
            "import sophnet_jupyter",
            "ImportError: sophnet_jupyter needs",
        ),
        (
            "IPython.version_info = (7, 34, 0, '')",
            "%load_ext sophnet_jupyter",
            "SettingsError: sophnet_jupyter's magics need IPython 9, and this kernel runs 7.34",
        ),
    ],
    ids=["JupyterLite", "Colab"],
)
def test_a_host_that_cannot_have_it_reads_one_sentence(is_so: str, cell: str, said: str) -> None:
    code = HOST.format(is_so, cell)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    told = (done.stdout + done.stderr).strip()
    assert told.startswith(said)
    assert "\n" not in told


# What Python tells of sockets and of programs that are started.
TELLS = """
import sys
asked = []
def hear(event, given):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen"):
        asked.append((event, str(given)))
sys.addaudithook(hear)
"""
QUIET = """
from IPython.core.interactiveshell import InteractiveShell
import sophnet_jupyter
shell = InteractiveShell.instance()
shell.run_cell("%load_ext sophnet_jupyter")
client = sophnet_jupyter.Client()
client.warm_up()
for name in sophnet_jupyter.__all__:
    getattr(sophnet_jupyter, name)
from sophnet_jupyter.kernel import loop
import asyncio
asyncio.run_coroutine_threadsafe(asyncio.sleep(0.5), loop.loop()).result(60)
print([each for each in asked if "uname" not in each[1]])
"""


def test_nobody_is_told_that_it_is_used() -> None:
    # With a key, so that not even the sandbox is asked; half a second is beyond its warming up.
    environment = {**os.environ, "SOPHNET_API_KEY": "sk-made-up"}
    command = [sys.executable, "-c", TELLS + QUIET]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


def _modules_after(code: str) -> set[str]:
    probe = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_starting_the_sandbox_loads_nothing_of_the_client() -> None:
    loaded = _modules_after("import sophnet_jupyter.sandbox")
    assert not {name for name in loaded if name.startswith("sophnet_jupyter.client")}
    assert "msgspec" not in loaded


def test_importing_the_client_loads_nothing_heavy() -> None:
    heavy = {"httpx2", "markdown_it", "pygments", "PIL", "anywidget", "websockets", "numpy"}
    loaded = {
        name.partition(".")[0] for name in _modules_after("from sophnet_jupyter import Client")
    }
    assert not loaded & (heavy | {"IPython", "ipywidgets", "pydantic", "pandas", "starlette"})


def test_the_client_never_loads_the_sandbox() -> None:
    code = "import sophnet_jupyter, sophnet_jupyter.client.sandbox, sophnet_jupyter.cli"
    assert not {name for name in _modules_after(code) if name.startswith("sophnet_jupyter.sandbox")}


def test_the_name_of_a_panel_before_still_works_and_says_what_it_is_called_now() -> None:
    with pytest.warns(DeprecationWarning, match="called VoiceStudio now"):
        from sophnet_jupyter import SpeechStudio
    assert SpeechStudio is sophnet_jupyter.VoiceStudio
