"""What makes a row of digits a person's: issuers, places, dates of birth, check digits."""

from __future__ import annotations

import re
from datetime import date

# Weights and check digits of GB 11643-1999 (ISO 7064, MOD 11-2).
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# The first two digits of a place (GB/T 2260); 81 to 83 are those of residence permits.
_PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 "
    "71 81 82 83 91".split()
)
# Issuers of cards with the lengths that their numbers have.
_ISSUERS = (
    (re.compile(r"62"), (16, 17, 18, 19)),  # UnionPay
    (re.compile(r"9558"), (19,)),  # ICBC, before UnionPay
    (re.compile(r"4"), (16,)),  # Visa
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),  # Mastercard
    (re.compile(r"3[47]"), (15,)),  # American Express
    (re.compile(r"352[89]|35[3-8]"), (16,)),  # JCB
)


def is_identity(digits: str) -> bool:
    """A number of 18 of a resident of China: a place, a day of birth, and its check digit."""
    if digits[:2] not in _PROVINCES or not _is_birthday(digits[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits[:17], _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == digits[17].upper()


def is_old_identity(digits: str) -> bool:
    """One of 15, as they were until 1999: without a check digit."""
    return digits[:2] in _PROVINCES and _is_birthday(f"19{digits[6:12]}")


def is_card(digits: str) -> bool:
    """A card of a bank: of a known issuer, of its length, and right by Luhn's check digit."""
    known = any(start.match(digits) and len(digits) in lengths for start, lengths in _ISSUERS)
    return known and len(set(digits)) > 1 and _luhn(digits)


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_birthday(digits: str) -> bool:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return day.year >= 1900 and day <= date.today()
