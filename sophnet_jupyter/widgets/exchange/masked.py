"""What a file that is saved from a panel may hold of questions that were masked."""

from __future__ import annotations

import os

from ...settings import mask_patterns, policy


def is_masked(wanted: object) -> bool:
    """Whether questions with this ``mask`` are masked, by it or by the site."""
    return policy().masks if wanted is None else bool(wanted)


def with_placeholders(text: str, wanted: object = None) -> str:
    """
    A text as a question with this ``mask`` would send it.

    Raises `SettingsError` where a file of patterns cannot be read.
    """
    from ...masking.masker import Masker
    from ...masking.own import kinds_of

    patterns = os.fspath(wanted) if isinstance(wanted, str | os.PathLike) else mask_patterns()
    return Masker(kinds_of(patterns)).masked(text, {})
