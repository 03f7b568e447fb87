"""What masks a client's questions: an option of the call, or what the site has decided."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...errors import SettingsError
from ...language import tr
from ...settings import mask_patterns, policy

if TYPE_CHECKING:
    from ...masking.answer import MaskedQuestion
    from ...masking.masker import Masker
    from ...runs.rows import Row


def masker_of(wanted: object) -> Masker | None:
    """
    What masks a whole run; None where nothing is to be masked.

    ``wanted`` is True, a file of further patterns, None for what the site says, or a masker that is
    in use. Raises `SettingsError`, also where a site masks and the call wants it off.
    """
    site = policy()
    locked = site.locks("masking")
    if wanted is False:
        if locked and locked.value:
            raise SettingsError(
                tr("Masking cannot be switched off here: decided by {by}.", by=locked.by)
            )
        return None
    if wanted is None:
        if not site.masks:
            return None
        wanted = True
    from ...masking.masker import Masker
    from ...masking.own import kinds_of

    if isinstance(wanted, Masker):
        return wanted
    if wanted is True:
        return Masker(kinds_of(mask_patterns()))
    if isinstance(wanted, str | os.PathLike):
        return Masker(kinds_of(os.fspath(wanted)))
    raise SettingsError(
        tr("mask is True, False or a file of patterns, not {wanted!r:.80}.", wanted=wanted)
    )


def masked_alike(values: Iterable[Any]) -> list[Any]:
    """Values as they are sent when they are asked one after the other: with placeholders."""
    from ...masking.masker import MaskedCall, Masker
    from ...masking.own import kinds_of

    call = MaskedCall(Masker(kinds_of(mask_patterns())))
    return [call.sent(value) for value in values]


def restoring(masker: Masker | None) -> Callable[[Row], Row] | None:
    """What puts the values back into a row that was kept with placeholders."""
    if masker is None:
        return None
    from ...masking.masker import MaskedCall
    from ...runs.rows import pack

    call = MaskedCall(masker)
    return lambda row: replace(row, packed=pack(call.back(row.response)))


def concealing(masker: Masker | None) -> Callable[[str], str] | None:
    """What makes of a text of a run what the service has of it."""
    return None if masker is None else lambda text: masker.masked(text, {})


def mask_of(wanted: object) -> MaskedQuestion | None:
    """The same for one question."""
    if (masker := masker_of(wanted)) is None:
        return None
    from ...masking.answer import MaskedQuestion

    return MaskedQuestion(masker)
