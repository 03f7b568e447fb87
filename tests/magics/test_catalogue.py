from __future__ import annotations

import re
import subprocess
import sys

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from sophnet_jupyter.errors import Stopped
from sophnet_jupyter.magics.catalogue import MAGICS, LazyMagic, lazy_magics
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


@pytest.mark.parametrize("name", MAGICS)
def test_help_says_of_each_option_what_it_is_for(name, magics) -> None:
    for action in magics[name].parser._actions:
        assert action.help.endswith("."), action.option_strings
        # Help breaks its lines at hyphens too.
        said = "".join(magics[name].__doc__.split())
        assert "".join(action.help.replace("%%", "%").split()) in said


@pytest.mark.parametrize("name", MAGICS)
def test_the_examples_of_help_use_options_that_there_are(name, magics) -> None:
    known = {one for action in magics[name].parser._actions for one in action.option_strings}
    text = magics[name].__doc__.partition("options:")[0]
    used = [word for line in re.findall(rf"^ +%%?{name} .*", text, re.M) for word in line.split()]
    assert {word for word in used if re.match("--?[a-z]", word)} <= known


@pytest.mark.parametrize("name", MAGICS)
def test_what_magics_have_in_common_they_call_alike(name, magics) -> None:
    alike = {
        "--out": ["-o", "--out"],
        "--background": ["-b", "--background"],
        "--wait": ["-w", "--wait"],
        "--extra": ["-x", "--extra"],
        "--model": ["-m", "--model"],
    }
    for action in magics[name].parser._actions:
        strings = list(action.option_strings)
        assert strings == alike.get(strings[-1], strings)


@pytest.mark.parametrize("name", MAGICS)
def test_a_misspelt_option_of_any_magic_is_refused_before_anything_happens(name, magics) -> None:
    cell = ["below"] if MAGICS[name].kinds == ("line", "cell") else []
    with pytest.raises(UsageError, match=rf"^%%?{name} has no --zzzz\. "):
        magics[name]("--zzzz 1 words" if not cell else "--zzzz 1", *cell)


@pytest.mark.parametrize("name", MAGICS)
def test_an_interrupt_anywhere_in_a_magic_ends_it_in_one_line(name) -> None:
    def make():
        raise KeyboardInterrupt

    with pytest.raises(Stopped):
        LazyMagic(name, make)("words")


def test_asking_about_a_magic_shows_its_own_help(magics) -> None:
    assert "--seed" in magics["imagine"].__doc__
    assert magics["imagine"].parser.get_default("n") == 1
