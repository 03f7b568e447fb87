"""What was tried in a group, and what of it did not hold."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field

# What did not hold is told by name up to here.
TOLD = 40


@dataclass
class Tally:
    """Counts trials; a group fills one."""

    tried: int = 0
    fallen: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    def count(self, name: str, held: object, why: object = "") -> None:
        """One trial: whether it held, and if not, why."""
        self.tried += 1
        if not held:
            self.fallen.append(f"{name}: {why}"[:400] if why else name)

    @property
    def held(self) -> int:
        return self.tried - len(self.fallen)

    def tell(self) -> None:
        """As one line of JSON, for the process that started this one."""
        told = {
            "tried": self.tried,
            "held": self.held,
            "fallen": self.fallen[:TOLD],
            "figures": self.figures,
        }
        sys.stdout.write(json.dumps(told, ensure_ascii=True) + "\n")
