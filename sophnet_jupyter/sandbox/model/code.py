"""Code that runs: each example carries its own doctest."""

from __future__ import annotations

from .script import Talk

PRIMES = '''def primes(limit: int) -> list[int]:
    """
    Primes up to and including ``limit``, by the sieve of Eratosthenes.

    >>> primes(20)
    [2, 3, 5, 7, 11, 13, 17, 19]
    """
    is_prime = [False, False] + [True] * (limit - 1)
    for number in range(2, int(limit**0.5) + 1):
        if is_prime[number]:
            for multiple in range(number * number, limit + 1, number):
                is_prime[multiple] = False
    return [number for number in range(2, limit + 1) if is_prime[number]]
'''
FIBONACCI = '''from collections.abc import Iterator


def fibonacci(count: int) -> Iterator[int]:
    """
    The first ``count`` Fibonacci numbers.

    >>> list(fibonacci(10))
    [0, 1, 1, 2, 3, 5, 8, 13, 21, 34]
    """
    this, following = 0, 1
    for _ in range(count):
        yield this
        this, following = following, this + following
'''
SORT = '''def merge_sort(values: list[int]) -> list[int]:
    """
    A sorted copy of ``values``; equal values keep their order.

    >>> merge_sort([5, 2, 9, 2, 1])
    [1, 2, 2, 5, 9]
    """
    if len(values) < 2:
        return values[:]
    middle = len(values) // 2
    left, right = merge_sort(values[:middle]), merge_sort(values[middle:])
    merged = []
    while left and right:
        merged.append(left.pop(0) if left[0] <= right[0] else right.pop(0))
    return merged + left + right
'''
PALINDROME = '''def is_palindrome(text: str) -> bool:
    """
    Whether ``text`` reads the same both ways, letters and digits only.

    >>> is_palindrome("A man, a plan, a canal: Panama!")
    True
    >>> is_palindrome("notebook")
    False
    """
    letters = [letter.lower() for letter in text if letter.isalnum()]
    return letters == letters[::-1]
'''
WORDS = '''from collections import Counter


def most_common_words(text: str, count: int = 3) -> list[tuple[str, int]]:
    """
    The ``count`` most frequent words of ``text``, whatever their case.

    >>> most_common_words("the cat and the hat and the bat", 2)
    [('the', 3), ('and', 2)]
    """
    return Counter(text.lower().split()).most_common(count)
'''
REVERSE = '''def reverse(text: str) -> str:
    """
    ``text`` from its end to its beginning.

    >>> reverse("notebook")
    'koobeton'
    """
    return text[::-1]
'''
EXAMPLES = (
    (r"prime|素数|质数", PRIMES),
    (r"fibonacci|斐波那契", FIBONACCI),
    (r"\bsort|排序", SORT),
    (r"palindrome|回文", PALINDROME),
    (r"\brevers|反转|倒序|倒过来", REVERSE),
    (r"", WORDS),
)


def write(talk: Talk) -> str | None:
    """A Python function that fits the prompt, else one that counts words."""
    if not talk.mentions(r"\bcode\b|\bfunction\b|\bpython\b|\bprogram\b|\bscript\b|代码|函数|程序"):
        return None
    source = next(source for pattern, source in EXAMPLES if talk.mentions(pattern))
    lead = talk.says("This one runs as it is:", "下面的代码可以直接运行：")
    tail = talk.says(
        "The lines after `>>>` are its test; `python -m doctest` checks them.",
        "`>>>` 后面的几行就是测试，可以用 `python -m doctest` 检查。",
    )
    return f"{lead}\n\n```python\n{source}```\n\n{tail}"
