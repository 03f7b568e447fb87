"""Keys of requests: the same for the same request, whatever is in it."""

from __future__ import annotations

import pytest

from sophnet_jupyter.history.keys import canonical


@pytest.mark.parametrize("odd", ["\ud800", {1: "a", "b": 2}, 10**400, {("a", 1): 2}])
def test_a_request_that_is_no_json_has_a_key_of_its_own_all_the_same(odd: object) -> None:
    assert canonical({"prompt": odd}) == canonical({"prompt": odd})
    assert canonical({"prompt": odd}) != canonical({"prompt": "another"})
