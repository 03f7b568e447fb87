from __future__ import annotations

import sys
from pathlib import Path

# The tests beside this file import its neighbours by name.
sys.path.append(str(Path(__file__).parent))
