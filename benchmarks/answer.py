"""The long answer that every contender is given, token by token."""

from __future__ import annotations

import re
from itertools import cycle, islice

# The mixture that answers in notebooks are: prose, a list, a table, a program, a formula.
CHAPTER = """\
## How the lamp was found again

The keeper of the lighthouse had kept a careful record of every ship that passed, and on the page \
for the third of May he wrote that the sea was **calm** and that nobody came. It was the last \
entry. When the new keeper arrived with her two dogs and a box of `carbide`, the lamp was cold and \
its lens had been taken apart, piece by piece, as if somebody meant to post it to a museum.

She did three things before it was dark:

- she counted the prisms, of which there were one hundred and twelve;
- she wrote their order down, since the numbers on the frame had worn away;
- she lit a candle in the window, which is less than a lamp but more than nothing.

| month | ships | nights without light |
|-------|------:|---------------------:|
| May   |   112 |                    4 |
| June  |   131 |                    0 |
| July  |   127 |                    1 |

```python
def nights(log):
    \"\"\"How many nights nobody lit the lamp.\"\"\"
    dark = [entry for entry in log if not entry.lit]
    return len(dark) or None
```

How far a light can be seen depends on its height $h$, and is about $3.57\\sqrt{h}$ kilometres; \
with thirty metres one sees it from twenty. The dogs, who knew nothing of this, slept well.

"""


def tokens(count: int) -> list[str]:
    """So many tokens, five to six characters each on average."""
    pieces = [piece for word in re.findall(r"\s*\S+\s*?", CHAPTER) for piece in _cut(word)]
    return list(islice(cycle([*pieces, "\n\n"]), count))


def _cut(word: str) -> list[str]:
    # A model's longer words are made of several tokens.
    return [word] if len(word) <= 9 else [word[:5], *_cut(word[5:])]
