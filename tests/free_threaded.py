"""On a Python without a lock: the package is imported, and several threads ask at once."""

from __future__ import annotations

import asyncio
import os
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor

import sophnet_jupyter


def ask(number: int) -> str:
    """One question, on a loop of this thread's own."""

    async def asked() -> str:
        async with sophnet_jupyter.Client() as client:
            return (await client.chat.create(f"What is {number}*2?")).text

    return asyncio.run(asked())


def main() -> None:
    """End with a sentence where an answer is wrong."""
    os.environ["SOPHNET_SANDBOX"] = "1"
    kind = "without" if sysconfig.get_config_var("Py_GIL_DISABLED") else "with"
    # An extension module that is not made for it would have the lock taken again.
    locked = getattr(sys, "_is_gil_enabled", lambda: True)()
    lock = "on" if locked else "off"
    print(f"Python {sys.version.split()[0]}, built {kind} a lock, which is {lock}")
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(ask, range(8)))
    wrong = [each for number, each in enumerate(answers) if str(number * 2) not in each]
    if wrong:
        sys.exit(f"Wrong answers: {wrong}")
    print(f"{len(answers)} answers from four threads")


if __name__ == "__main__":
    main()
