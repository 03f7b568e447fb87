"""Keys that a server says back in every spelling, cut at either end."""

from __future__ import annotations

import random
import string

from sophnet_jupyter.settings import Secret
from tests.settings.test_secret import CANARY, ODD, SPELLINGS

from ..tally import Tally

SIGNS = string.ascii_letters + string.digits + "-_.+/=&%"


def run(tally: Tally, *, small: bool) -> None:
    chance = random.Random(18)
    keys = [CANARY, ODD]
    keys += [
        "sk-" + "".join(chance.choices(SIGNS, k=chance.randrange(20, 60)))
        for _ in range(3 if small else 60)
    ]
    for key in keys:
        secret = Secret(key)
        for name, spell in SPELLINGS.items():
            for cut in (key, key[4:], key[:-4], key[6:-3]):
                said = secret.scrub(f"the value was {spell(cut)}, said the gateway")
                middle = spell(key[8:14]).strip("'\"")
                held = middle not in said and said.endswith("said the gateway")
                tally.count(f"{name} of {len(cut)} letters of {len(key)}", held)
