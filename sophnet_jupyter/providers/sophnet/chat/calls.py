"""
Assemble tool calls from deltas, whatever indexes or ids a service gives them.

Servers repeat an index, count from 1, leave it out, or give each piece a new id. What begins a
call is its name: a new id together with a name, or a name where the last call is whole already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ....events import ToolCallDelta
from ...service_json import BROKEN, Halves, strict

# More parallel calls than any model makes.
MAX_CALLS = 128


@dataclass(slots=True, eq=False)
class _Call:
    position: int
    index: object
    id: str = ""
    name: str = ""
    arguments: str = ""
    halves: Halves = field(default_factory=Halves)

    @property
    def whole(self) -> bool:
        """True once its arguments are complete JSON: what follows belongs to another call."""
        try:
            strict(self.arguments)
        except BROKEN:
            return False
        return True


class ToolCalls:
    """Decodes deltas of calls, and numbers the calls from 0."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self.left_out = False
        """True once there were more calls than `MAX_CALLS`."""

    def piece(self, said: Mapping[str, Any]) -> ToolCallDelta | None:
        """The event for one delta of a stream; None beyond the limit of calls."""
        call = self._call_of(said)
        arguments = _arguments(said)
        if call and call.arguments == arguments and _name(said) and call.whole:
            # All of it once more, as some do at the end.
            arguments = ""
        return self._delta(said, call, arguments)

    def listed(self, said: Mapping[str, Any]) -> ToolCallDelta | None:
        """A call of a whole answer, where each item of the list is one."""
        return self._delta(said, self._begin(said), _arguments(said))

    def rest(self) -> list[ToolCallDelta]:
        """Lone surrogates left at the end, as U+FFFD."""
        left = [(call, call.halves.rest()) for call in self._calls]
        return [
            ToolCallDelta(index=call.position, id="", name="", arguments=text)
            for call, text in left
            if text
        ]

    def _call_of(self, said: Mapping[str, Any]) -> _Call | None:
        call_id, name, index = _id(said), _name(said), said.get("index")
        known = self._known(call_id, index)
        if known is None and self._calls:
            last = self._calls[-1]
            unfinished = name == last.name and last.arguments and not last.whole
            # Without a name it goes on with the last one, whatever it calls itself.
            if not name or (unfinished and not call_id):
                return last
        if known is None or (name and known.name and _is_another(known, said)):
            return self._begin(said)
        return known

    def _known(self, call_id: str, index: object) -> _Call | None:
        """The call that a delta belongs to, by its id if it has one, else by its index."""
        latest = list(reversed(self._calls))
        by_index = [call for call in latest if index is not None and call.index == index]
        by_id = [call for call in latest if call_id and call.id == call_id]
        both = [call for call in by_id if call in by_index]
        return next(iter([*both, *by_id, *by_index]), None)

    def _begin(self, said: Mapping[str, Any]) -> _Call | None:
        if len(self._calls) == MAX_CALLS:
            self.left_out = True
            return None
        self._calls.append(_Call(len(self._calls), said.get("index")))
        return self._calls[-1]

    @staticmethod
    def _delta(said: Mapping[str, Any], call: _Call | None, arguments: str) -> ToolCallDelta | None:
        if call is None:
            return None
        arguments = call.halves.whole(arguments)
        # The first id stays: results name it.
        call_id = "" if call.id else _id(said)
        call.id, call.name = call.id or call_id, _name(said) or call.name
        call.arguments += arguments
        return ToolCallDelta(index=call.position, id=call_id, name=_name(said), arguments=arguments)


def _is_another(known: _Call, said: Mapping[str, Any]) -> bool:
    """Whether a delta with a name starts a new call, though its id or index is known."""
    call_id, name, index = _id(said), _name(said), said.get("index")
    if (call_id and known.id and call_id != known.id) or name != known.name:
        return True
    arguments = _arguments(said)
    if known.whole:
        again = (call_id, index) == (known.id, known.index)
        return not (again and arguments in ("", known.arguments))
    # The same name once more: a call of its own, unless the one before has only begun.
    return index is not None and index != known.index and not known.arguments


def _function(said: Mapping[str, Any]) -> Mapping[str, Any]:
    function = said.get("function")
    return function if isinstance(function, dict) else {}


def _id(said: Mapping[str, Any]) -> str:
    return str(said.get("id") or "")


def _name(said: Mapping[str, Any]) -> str:
    return str(_function(said).get("name") or "")


def _arguments(said: Mapping[str, Any]) -> str:
    arguments = _function(said).get("arguments") or ""
    # Seen from a sibling service: an object where the document has text.
    return arguments if isinstance(arguments, str) else msgspec.json.encode(arguments).decode()
