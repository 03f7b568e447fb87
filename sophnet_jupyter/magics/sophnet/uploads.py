"""``%sophnet upload``: a file to an address of the service, for what takes addresses alone."""

from __future__ import annotations

import sys

from IPython.core.error import UsageError

from ...kernel.loop import run
from ...language import tr
from ...views.safe.control_characters import plain
from ..line.named_files import named_files
from ..session.session import KernelSession


class UploadCommands:
    """Sends a file, and keeps its address under a name."""

    def __init__(self, session: KernelSession) -> None:
        self._session = session

    def upload(self, rest: str) -> None:
        """``FILE NAME``: the address is not shown, since who has it can read the file."""
        words, _, name = rest.strip().rpartition(" ")
        if not words.strip() or not name.isidentifier():
            raise UsageError(tr("Write %sophnet upload FILE NAME, where NAME gets the address."))
        paths = named_files(words.strip(), ("",))
        if len(paths) != 1:
            raise UsageError(
                tr("One file gets one address, and these are {count}.", count=len(paths))
            )
        self._session.shell.user_ns[name] = run(self._session.client.files.upload(str(paths[0])))
        sys.stdout.write(
            tr(
                "{name} is at the service; {name2} is its address, which expires. Who has it "
                "can read the file.\n",
                name=plain(paths[0].name),
                name2=name,
            )
        )
