"""An answer as one row of a table, beside those of other answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..errors import SettingsError
from ..language import tr

if TYPE_CHECKING:
    from pandas import DataFrame

# The columns: seconds are since the request left, tokens None where the service does not say.
FACTS = (
    *("text", "ending", "finish_reason", "model", "seconds", "first_token"),
    *("prompt_tokens", "completion_tokens", "total_tokens", "sandbox", "request_id"),
)


def frame(facts: Mapping[str, object]) -> DataFrame:
    """A DataFrame of one row with `FACTS` as its columns. Raises `SettingsError` without pandas."""
    try:
        import pandas as pd
    except ImportError:
        raise SettingsError(tr("to_frame needs pandas: pip install pandas.")) from None
    return pd.DataFrame([{name: facts.get(name) for name in FACTS}])
