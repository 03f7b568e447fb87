from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sophnet_jupyter.views.safe.code_colors import COLORS, colored


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", sorted(set(COLORS.values())))
def test_a_colour_is_readable_on_light_and_on_dark_ground(colour):
    # No colour can do better than the square root of the contrast between the grounds: 4.35.
    assert contrast(colour, "#ffffff") >= 4.3
    assert contrast(colour, "#111111") >= 4.3


def test_names_of_colours_are_names_of_pygments():
    from pygments.token import STANDARD_TYPES

    assert COLORS.keys() <= {str(kind).removeprefix("Token.") for kind in STANDARD_TYPES}


def test_python_is_colored():
    assert colored("def f(): pass", "python") == (
        '<span style="color:#a64de6">def </span><span style="color:#2075ed">f</span>(): '
        '<span style="color:#a64de6">pass</span>'
    )


@pytest.mark.parametrize("language", ["", "nonsense", '"><script>', "PYTHONX"])
def test_an_unknown_language_is_plain(language):
    assert colored("if a < b: 'c'", language) == "if a &lt; b: 'c'"


def test_very_long_code_is_plain():
    code = "pass\n" * 20_001
    assert colored(code, "python") == code


# The first example waits for Pygments to be imported.
@settings(deadline=None)
@given(
    st.text(alphabet="ab1 \n\t'\"<>&/\\{}()[]=#$é中", max_size=60),
    st.sampled_from(["python", "js", "html", "bash", "json", "c++", "sql", "diff", "tex", "PY"]),
)
def test_colour_changes_no_character(code, language):
    assert unescape(re.sub(r"<[^>]+>", "", colored(code, language))) == code
