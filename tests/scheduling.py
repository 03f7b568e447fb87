"""Which worker gets which file next: a test that waits leaves its core to one that computes."""

from __future__ import annotations

from pathlib import Path

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

# Browser tests wait for pages and for sound, which takes its time on any machine.
WAITING = ("tests/browser/", "tests/kernel/")
# A short file that takes longest: it runs all the notebooks.
LONGEST = "tests/kernel/test_notebooks.py"


class FromBothEnds(LoadFileScheduling):
    """
    Half of the workers take files that wait, half those that compute, until they meet.

    So never more than half of them drive a browser while others have work. What waits
    goes on as long as it does, so the longest of it begins first: the longest file is a
    fair guess.
    """

    def _assign_work_unit(self, node: WorkerController) -> None:
        computes = int(node.gateway.id.removeprefix("gw")) % 2 == 1
        choose = max if computes else min
        self.workqueue.move_to_end(choose(self.workqueue, key=_order), last=False)
        super()._assign_work_unit(node)


def _order(file: str) -> tuple[int, bool, int]:
    """Browser, kernel, the rest; the longest file of each first."""
    waits = [file.startswith(folder) for folder in WAITING]
    return [*waits, True].index(True), file != LONGEST, -Path(file).stat().st_size
