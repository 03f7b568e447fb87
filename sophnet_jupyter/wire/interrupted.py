"""Interrupts that bring no variables along."""

from __future__ import annotations

from types import TracebackType


class frames_dropped:  # noqa: N801 - used like contextlib.suppress, and named like it
    """
    Drop the inner frames of what interrupts the block: a cancellation, or Ctrl-C.

    A verbose traceback shows the variables of each frame, and below the block one may be a request
    with its key. To be used around all that sends one; errors are translated there in any case.
    """

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None and not isinstance(error, Exception):
            error.__traceback__ = error.__context__ = error.__cause__ = None
