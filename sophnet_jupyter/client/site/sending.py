"""What goes with each request beside its words: who asks, and a key that may be another later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...settings import RenewedSecret, Secret, WhoAsks
from ...wire.call import Call, Origin


def sent_by(origin: Origin, key: Secret, asking: WhoAsks) -> Origin:
    """
    The origin, with the headers of who asks on its own requests, and with a ``key`` that is asked
    for again where it comes from a file or a program.
    """
    if isinstance(key, RenewedSecret):
        # The account is the same one, whatever its key is today.
        origin = replace(origin, renewal=key, account=lambda: key.mark)
    if not asking.headers:
        return origin
    own, headers, scrub = origin.authorize, asking.headers, origin.scrub

    def authorize(call: Call) -> Mapping[str, str]:
        return {**headers, **own(call)}

    return replace(origin, authorize=authorize, scrub=lambda text: asking.scrub(scrub(text)))
