from __future__ import annotations

import pytest

from sophnet_jupyter.prompt.tools.docstring import parameters, summary

GOOGLE = """
    Weather of a city.

    As of now, in Celsius.

    Args:
        city (str): Where, with
            its country.
        days: How many days: at most 7.
        **more: Anything else.

    Returns:
        temperature: not a parameter
    """
NUMPY = """Weather of a city.

    As of now, in Celsius.

    Parameters
    ----------
    city : str
        Where, with
        its country.
    days, weeks : int, optional
        How many days: at most 7.

    Returns
    -------
    temperature : float
        Not a parameter.
    """
SPHINX = """Weather of a city.

    As of now, in Celsius.

    :param str city: Where, with
        its country.
    :param days: How many days: at most 7.
    :type days: int
    :returns: the temperature
    """


@pytest.mark.parametrize("doc", [GOOGLE, NUMPY, SPHINX])
def test_the_summary_ends_where_the_parameters_begin(doc: str) -> None:
    assert summary(doc) == "Weather of a city. As of now, in Celsius."


@pytest.mark.parametrize("doc", [GOOGLE, NUMPY, SPHINX])
def test_each_style_describes_its_parameters(doc: str) -> None:
    said = parameters(doc)
    assert said["city"] == "Where, with its country."
    assert said["days"] == "How many days: at most 7."
    assert "temperature" not in said


def test_two_names_of_numpy_share_a_description() -> None:
    assert parameters(NUMPY)["weeks"] == parameters(NUMPY)["days"]


def test_a_plain_docstring_is_all_summary() -> None:
    assert summary("Counts: one, two.") == "Counts: one, two."
    assert parameters("Counts: one, two.") == {}
    assert (summary(None), parameters(None)) == ("", {})


def test_an_example_is_no_part_of_the_summary() -> None:
    assert summary("Adds.\n\n>>> add(1, 2)\n3") == "Adds."
