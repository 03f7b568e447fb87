from __future__ import annotations

import subprocess
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell

from sophnet_jupyter.magics.catalogue import MAGICS, lazy_magics
from sophnet_jupyter.magics.session.session import KernelSession


@pytest.fixture(scope="module")
def magics():
    shell = InteractiveShell()
    return lazy_magics(shell, KernelSession(shell))


@pytest.mark.parametrize("name", MAGICS)
def test_the_catalogue_says_of_each_magic_what_its_code_says(name, magics) -> None:
    holder = magics[name].method.__self__
    kinds = tuple(kind for kind in ("line", "cell") if name in holder.magics[kind])
    assert MAGICS[name].kinds == kinds
    assert magics[name].method._ipython_magic_no_var_expand
    assert magics[name].summary.endswith(".")


def test_every_magic_of_a_holder_is_in_the_catalogue(magics) -> None:
    holders = {type(magic.method.__self__).__name__: magic.method for magic in magics.values()}
    for method in holders.values():
        for named in method.__self__.magics.values():
            assert set(named) <= set(MAGICS)


def test_loading_imports_no_code_of_a_magic() -> None:
    code = (
        "import sys; from IPython.core.interactiveshell import InteractiveShell;"
        "from sophnet_jupyter.magics import extension; extension.WARM_UP_AFTER = 3600;"
        "extension.load(InteractiveShell());"
        "print(*(name for name in sys.modules if name.startswith('sophnet_jupyter.')))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(said.stdout.splitlines()[-1].split())
    assert "sophnet_jupyter.magics.session.session" in loaded
    assert not loaded & {f"sophnet_jupyter.magics.{entry.module}" for entry in MAGICS.values()}


def test_asking_about_a_magic_shows_its_own_help(magics) -> None:
    assert "--seed" in magics["imagine"].__doc__
    assert magics["imagine"].parser.get_default("n") == 1
