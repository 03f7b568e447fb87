"""An option of a magic, with its help and its completions."""

from __future__ import annotations

from typing import Any

from IPython.core.magic_arguments import argument

from .found import BehindFinder, Finder


class option(argument):  # noqa: N801 - a decorator, as IPython's own is
    """
    Declares an option as IPython's ``argument`` does, and the finder of its completions.

    ``completes`` finds values for Tab, after the last of the letters in ``between`` where one value
    names several things; ``behind`` finds the first words that may follow all options once this one
    is given. ``once`` is the reason why the option stands once, for who says it twice.
    ``group`` is the heading that it stands under in the help.
    """

    def __init__(
        self,
        *names: str,
        completes: Finder | None = None,
        between: str = "",
        behind: BehindFinder | None = None,
        once: str = "",
        group: str = "",
        **how: Any,
    ) -> None:
        super().__init__(*names, **how)  # type: ignore[no-untyped-call]
        self.facts = {
            "completes": completes,
            "between": between,
            "behind": behind,
            "once": once,
            "several": how.get("action") == "append",
            "group": group,
        }

    def add_to_parser(self, parser: Any, group: Any) -> None:
        """Add it to the parser, and keep its finder on the argparse action."""
        action = (group or parser).add_argument(*self.args, **self.kwds)
        vars(action).update(self.facts)


def grouped(title: str, *options: option) -> tuple[option, ...]:
    """Options that stand under a heading of their own in the help."""
    for each in options:
        each.facts["group"] = title
    return options
