"""Reads a line of working back as arithmetic: what a learner would key into a calculator."""

from __future__ import annotations

import math
import re

_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_NAMES = {
    "sqrt": lambda x: math.sqrt(x),
    "erf": math.erf,
    "tanh": math.tanh,
    "ln": math.log,
    "sin": math.sin,
    "cos": math.cos,
    "max": max,
    "min": min,
    "inf": math.inf,
    "pi": math.pi,
    "e": math.e,
}


def calculated(text: str, first: int = 0) -> float:
    """The number a line of numbers comes to; argmax counts from ``first``."""
    plain = re.sub(r"([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda found: f"**({found[1].translate(_DIGITS)})", text)
    for sign, python in (("·", "*"), ("−", "-"), ("^", "**"), ("∞", "inf"), ("π", "pi")):
        plain = plain.replace(sign, python)
    plain = re.sub(r"√([\d.]+(\*\*\(\d+\))?)", r"sqrt(\1)", plain).replace("√(", "sqrt(")
    plain = re.sub(r"first\(([^<]+)<", r"first(\1,", plain)
    names = {
        **_NAMES,
        "argmax": lambda *terms: first + terms.index(max(terms)),
        "first": lambda draw, *ends: first + next(n for n, end in enumerate(ends) if end > draw or end == max(ends)),
    }
    return float(eval(plain, {"__builtins__": {}}, names))
