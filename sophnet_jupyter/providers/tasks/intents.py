"""
Requests for paid work that are noted before they are sent.

A kernel that is killed after the service has begun a task, and before its id is written down, has
lost that id. What stands here by then says at least that there may be such a task.
"""

from __future__ import annotations

import os
import platform
import secrets
import time
from itertools import count

from ...files.processes import is_alive
from ...language import tr
from .journal import Intent

# Seconds after which no request is under way any more, whoever sent it: a large upload is slow.
LONGEST = 6 * 3600.0

# An id of a process may be given again, after a restart of a machine as well.
_TOKEN = secrets.token_hex(8)
_numbers = count()


def intent(service: str, kind: str, asked: str) -> Intent:
    """The note of a request that this process is about to send."""
    return Intent(
        id=f"{_TOKEN}-{os.getpid()}-{next(_numbers)}",
        service=service,
        kind=kind,
        asked=asked,
        host=platform.node(),
        process=os.getpid(),
    )


def is_left(noted: Intent) -> bool:
    """True where who sent it is gone, or does not wait for the answer any longer."""
    if not noted.process or time.time() - noted.at > LONGEST:
        return True
    if noted.host != platform.node():
        return False
    if noted.process == os.getpid():
        return not noted.id.startswith(_TOKEN)
    return not is_alive(noted.process)


def sentence(noted: Intent) -> str:
    """What to tell the user about one that is left."""
    when = time.strftime("%m-%d %H:%M", time.localtime(noted.at))
    asked = f" ({noted.asked})" if noted.asked else ""
    return tr(
        "{service} may work on a task of the kind {kind!r}{asked} that nobody waits "
        "for: it was asked for on {when}, and the kernel ended before the answer came. "
        "It may cost; look at the service's console before you ask again.",
        service=noted.service,
        kind=noted.kind,
        asked=asked,
        when=when,
    )
