"""What a key gives away of itself: nothing."""

from __future__ import annotations

import copy
import dataclasses
import html
import inspect
import json
import pickle
import string
import traceback
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sophnet_jupyter import Client
from sophnet_jupyter.settings import Secret, Settings
from sophnet_jupyter.settings.secret import scrub

CANARY = "sk-canary-0123456789abcdef"


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r:>40}".format, "%s".__mod__])
def test_a_key_does_not_show_itself(show: Any) -> None:
    assert CANARY not in show(Secret(CANARY))
    assert CANARY not in show(Settings.read({}, api_key=CANARY))
    assert CANARY not in show(Client(api_key=CANARY))


@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy, copy.deepcopy, Secret.__getstate__])
def test_a_key_does_not_leave_the_process(leave: Any) -> None:
    with pytest.raises(TypeError, match="not pickled"):
        leave(Secret(CANARY))


@pytest.mark.parametrize("leave", [pickle.dumps, copy.deepcopy, dataclasses.asdict])
def test_nor_do_the_settings_that_hold_it(leave: Any) -> None:
    with pytest.raises(TypeError, match="not pickled"):
        leave(Settings.read({}, api_key=CANARY))


def test_json_does_not_take_a_key() -> None:
    with pytest.raises(TypeError):
        json.dumps({"key": Secret(CANARY)})


def test_a_key_is_not_among_the_variables_of_a_client() -> None:
    client = Client(api_key=CANARY)
    assert client.chat
    assert CANARY not in repr(vars(client))
    assert CANARY not in repr(vars(client._sophnet))


def test_no_closure_of_a_client_holds_the_bare_key() -> None:
    client = Client(api_key=CANARY)
    for function in (client._sophnet.origin.authorize, client._sophnet.origin.scrub):
        assert CANARY not in repr(inspect.getclosurevars(inspect.unwrap(_plain(function))))


def _plain(function: Any) -> Any:
    return getattr(function, "__func__", function)


def test_a_traceback_with_local_variables_shows_no_key() -> None:
    secret = Secret(CANARY)
    try:
        assert secret.reveal
        raise ValueError
    except ValueError as error:
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert CANARY not in "".join(shown.format())


def test_a_key_is_taken_out_of_what_a_server_says() -> None:
    assert Secret(CANARY).scrub(f"bad key {CANARY}!") == "bad key ‹key›!"


@pytest.mark.parametrize("piece", [CANARY[:12], CANARY[5:20], CANARY[-12:]])
def test_so_is_a_piece_of_it(piece: str) -> None:
    assert Secret(CANARY).scrub(f"bad key {piece}…") == "bad key ‹key›…"


def test_the_few_letters_by_which_a_service_names_a_key_stay() -> None:
    said = f"bad key {CANARY[:6]}…{CANARY[-4:]}"
    assert Secret(CANARY).scrub(said) == said


@pytest.mark.parametrize("key", ["", "sandbox"])
def test_a_key_that_is_a_word_leaves_sentences_alone(key: str) -> None:
    assert Secret(key).scrub("the sandbox says no") == "the sandbox says no"


def test_every_key_in_use_is_known_and_no_other() -> None:
    key = "sk-passing-0123456789"
    secret = Secret(key)
    assert scrub(key) == "‹key›"
    del secret
    assert scrub(key) == key


ODD = "sk-can+ary/0123&45=6789\\ab\"cdef'gh"
SPELLINGS: dict[str, Any] = {
    "as it is": str,
    "in quotes": lambda key: f"'{key}'",
    "percent": lambda key: quote(key, safe=""),
    "percent but slashes": quote,
    "percent, small": lambda key: quote(key, safe="").replace("%2B", "%2b").replace("%2F", "%2f"),
    "form": quote_plus,
    "percent twice": lambda key: quote(quote(key, safe=""), safe=""),
    "every letter by percent": lambda key: "".join(f"%{ord(c):02X}" for c in key),
    "JSON": json.dumps,
    "JSON of PHP": lambda key: json.dumps(key).replace("/", "\\/"),
    "JSON in JSON": lambda key: json.dumps(json.dumps(key)),
    "JSON with every letter escaped": lambda key: "".join(f"\\u{ord(c):04x}" for c in key),
    "JSON with signs escaped": lambda key: "".join(
        c if c.isalnum() or c in "-_." else f"\\u{ord(c):04X}" for c in key
    ),
    "Python": repr,
    "Python's bytes": lambda key: "".join(f"\\x{ord(c):02x}" for c in key),
    "HTML": html.escape,
    "HTML by numbers": lambda key: "".join(f"&#{ord(c)};" for c in key),
    "HTML by numbers of 16": lambda key: "".join(f"&#x{ord(c):x};" for c in key),
}


@pytest.mark.parametrize("key", [CANARY, ODD], ids=["plain", "odd"])
@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_key_is_found_however_it_is_spelt_and_cut_at_either_end(spell: Any, key: str) -> None:
    secret = Secret(key)
    for cut in (key, key[4:], key[:-4], key[6:-3]):
        shown = secret.scrub(f"the value (100% \\ &) was {spell(cut)}, said the gateway")
        assert spell(key[8:14]).strip("'\"") not in shown
        assert shown.endswith("said the gateway")


@given(st.text(string.ascii_letters + string.digits + "-_.+/=&%", min_size=24, max_size=60))
@settings(max_examples=40, deadline=None)
def test_of_any_key_no_longer_piece_is_left_in_any_spelling(random: str) -> None:
    key = f"sk-{random}"
    secret = Secret(key)
    for spell in SPELLINGS.values():
        for cut in (key, key[4:], key[:-4], key[6:-3]):
            assert spell(key[8:14]).strip("'\"") not in secret.scrub(
                f"it was {spell(cut)}, he said"
            )


def test_words_that_are_no_key_stay_as_they_are() -> None:
    said = "see https://a.org/a%20b?c=%2F&d=1 \\u0041 &amp; &#65; \\x41 for more"
    assert Secret(CANARY).scrub(said) == said
    assert Secret(ODD).scrub(said) == said


@pytest.mark.parametrize("escaped", [False, True])
def test_a_piece_is_found_wherever_in_the_key_it_begins(escaped: bool) -> None:
    value = "sk-Zq8/4mWx7RtLp2Vd9KyBn5Hc3Fj6+Gs1"
    secret = Secret(value)
    for start in range(len(value) - 11):
        piece = value[start : start + 12]
        text = f"no such key: {quote(piece, safe='') if escaped else piece}!"
        assert secret.scrub(text) == "no such key: ‹key›!", start
