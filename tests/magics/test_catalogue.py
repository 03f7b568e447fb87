from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from inspect import signature
from threading import Barrier

import pytest
from IPython.core.error import UsageError

from sophnet_jupyter.errors import Stopped
from sophnet_jupyter.magics.catalogue import MAGICS, LazyMagic, lazy_magics
from sophnet_jupyter.magics.session.session import KernelSession

from ..shells import bare_shell


@pytest.fixture(scope="module")
def magics():
    shell = bare_shell()
    return lazy_magics(KernelSession(shell))


@pytest.mark.parametrize("name", MAGICS)
def test_the_catalogue_says_of_each_magic_what_its_code_takes(name, magics) -> None:
    taken = signature(magics[name].method).parameters
    line, *rest = taken.values()
    assert line.default is line.empty
    # As a line, one that is both is called without its cell.
    assert MAGICS[name].kinds == (("line", "cell") if rest else ("line",))
    assert [(each.name, each.default) for each in rest] == [("cell", None)] * len(rest)
    assert magics[name]._ipython_magic_no_var_expand
    assert magics[name].summary.endswith(".")


def test_every_magic_of_a_holder_is_in_the_catalogue(magics) -> None:
    for holder in {type(magic.method.__self__) for magic in magics.values()}:
        with_options = {name for name, value in vars(holder).items() if hasattr(value, "parser")}
        assert with_options, holder
        assert with_options <= set(MAGICS)


def test_importing_a_magic_leaves_the_table_that_ipython_shares_between_threads() -> None:
    code = (
        "import importlib; from IPython.core import magic as ipython;"
        "from sophnet_jupyter.magics.catalogue import MAGICS;"
        # As if another thread had come to the middle of a class of magics.
        "ipython.magics['line']['half'] = 'half'; table = ipython.magics['line'];"
        "[importlib.import_module(f'sophnet_jupyter.magics.{entry.module}')"
        " for entry in MAGICS.values()];"
        "assert ipython.magics['line'] is table; assert table == {'half': 'half'}, table"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_magic_is_made_once_though_two_threads_ask_for_it_at_the_same_time(magics) -> None:
    shell = bare_shell()
    with ThreadPoolExecutor(8) as threads:
        for name in MAGICS:
            (magic, begun) = lazy_magics(KernelSession(shell))[name], Barrier(8)
            asked = [
                threads.submit(lambda m=magic, b=begun: (b.wait(), m.method)) for _ in range(8)
            ]
            assert len({id(each.result()[1].__self__) for each in asked}) == 1


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
