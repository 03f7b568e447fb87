"""Sums that are worked out, and formulas in TeX."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable

from .script import Talk

Number = int | float
BITS = 4096
_SUM = re.compile(r"[-(]*\d[\d.]*(?:\s*(?:\*\*|//|[-+*/%^×÷])\s*[-(]*\d[\d.]*\)*)+")
_ASKS = (
    r"what(?:'s| is)|how much|calculat|comput|evaluate|solve|等于|计算|算|多少|=\s*[?\uff1f]?\s*$"
)
_OPERATIONS: dict[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


def calculate(talk: Talk) -> str | None:
    """Work out the first sum in the prompt, when one is asked for."""
    found = _SUM.search(talk.instruction)
    if found is None or re.fullmatch(r"\d{4}-\d\d?-\d\d?", found[0].strip()):
        return None
    alone = re.fullmatch(r"[\s=?\uff1f。.]*", talk.instruction.replace(found[0], "", 1))
    if not (alone or talk.mentions(_ASKS)):
        return None
    try:
        value = evaluate(found[0])
    except ZeroDivisionError:
        return talk.says(f"`{found[0]}` divides by **zero**.", f"`{found[0]}` 除以了**零**。")
    except (ValueError, SyntaxError, OverflowError, RecursionError):
        return talk.says(f"`{found[0]}` is **too much** for me.", f"`{found[0]}` 我**算不了**。")
    shown = str(value) if isinstance(value, int) else f"{value:.12g}"
    return f"`{found[0].strip()}` = **{shown}**"


def evaluate(text: str) -> Number:
    """
    The value of an arithmetic expression, worked out without running code.

    Raises ValueError when it is more than arithmetic, or larger than 4096 bits.
    """
    plain = text.replace("×", "*").replace("÷", "/").replace("^", "**").strip()
    if len(plain) > 300:
        raise ValueError("too long")
    return _value(ast.parse(plain, mode="eval").body)


def _value(node: ast.expr) -> Number:
    match node:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.BinOp(left=left, op=op, right=right):
            return _apply(type(op), _value(left), _value(right))
    raise ValueError("not arithmetic")


def _apply(kind: type[ast.operator], left: Number, right: Number) -> Number:
    if kind not in _OPERATIONS:
        raise ValueError("not arithmetic")
    if kind is ast.Pow and isinstance(left, int) and abs(right) * left.bit_length() > BITS:
        raise OverflowError
    result = _OPERATIONS[kind](left, right)
    if isinstance(result, complex) or (isinstance(result, int) and result.bit_length() > BITS):
        raise OverflowError
    return result


def formulas(talk: Talk) -> str | None:
    """Show a formula inline and one on display, by what is asked for."""
    asked = talk.mentions(
        r"\bmaths?\b|mathematic|equation|integral|euler|formula|theorem|quadratic|matrix|\btex\b"
        r"|公式|方程|积分|欧拉|数学|矩阵|定理"
    )
    if asked is None:
        return None
    topics = (
        (r"euler|欧拉", _EULER),
        (r"integral|积分", _INTEGRAL),
        (r"quadratic|equation|方程", _QUADRATIC),
        (r"matrix|矩阵", _MATRIX),
    )
    chosen = [texts for pattern, texts in topics if talk.mentions(pattern)]
    return "\n\n".join(talk.says(*texts) for texts in chosen or [_EULER, _INTEGRAL])


_EULER = (
    "**Euler's formula.** For every real $x$,\n\n$$e^{ix} = \\cos x + i \\sin x,$$\n\n"
    "and with $x = \\pi$ it becomes $e^{i\\pi} + 1 = 0$.",
    "**欧拉公式。** 对任意实数 $x$,\n\n$$e^{ix} = \\cos x + i \\sin x,$$\n\n"
    "取 $x = \\pi$，得到 $e^{i\\pi} + 1 = 0$。",
)
_INTEGRAL = (
    "**The Gaussian integral.** Square it and change to polar coordinates, "
    "where $dx\\,dy = r\\,dr\\,d\\theta$:\n\n"
    "$$\\left(\\int_{-\\infty}^{\\infty} e^{-x^2}\\,dx\\right)^2\n"
    "= \\int_0^{2\\pi}\\!\\int_0^{\\infty} e^{-r^2}\\,r\\,dr\\,d\\theta = \\pi,$$\n\n"
    "so the integral is $\\sqrt{\\pi}$.",
    "**高斯积分。** 先平方，再换成极坐标，其中 $dx\\,dy = r\\,dr\\,d\\theta$:\n\n"
    "$$\\left(\\int_{-\\infty}^{\\infty} e^{-x^2}\\,dx\\right)^2\n"
    "= \\int_0^{2\\pi}\\!\\int_0^{\\infty} e^{-r^2}\\,r\\,dr\\,d\\theta = \\pi,$$\n\n"
    "所以积分等于 $\\sqrt{\\pi}$。",
)
_QUADRATIC = (
    "**Quadratic equations.** If $a \\neq 0$, then $ax^2 + bx + c = 0$ has the solutions\n\n"
    "$$x_{1,2} = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}.$$\n\n"
    "They are real if and only if $b^2 \\geq 4ac$.",
    "**一元二次方程。** 若 $a \\neq 0$，则 $ax^2 + bx + c = 0$ 的解为\n\n"
    "$$x_{1,2} = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}。$$\n\n"
    "当且仅当 $b^2 \\geq 4ac$ 时解为实数。",
)
_MATRIX = (
    "**A rotation.** Turning the plane by $\\varphi$ is the matrix\n\n"
    "$$R = \\begin{pmatrix} \\cos\\varphi & -\\sin\\varphi \\\\ "
    "\\sin\\varphi & \\cos\\varphi \\end{pmatrix},$$\n\nand $\\det R = 1$.",
    "**旋转矩阵。** 把平面旋转 $\\varphi$ 的矩阵是\n\n"
    "$$R = \\begin{pmatrix} \\cos\\varphi & -\\sin\\varphi \\\\ "
    "\\sin\\varphi & \\cos\\varphi \\end{pmatrix},$$\n\n其行列式 $\\det R = 1$。",
)
