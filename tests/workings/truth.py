"""How true the printed workings are: each line is read back and worked out to sixty digits, as a learner repeats it.

``python -m tests.workings.truth 100000`` prints the counts for every operation at many numbers of digits, of so many cells
at least; ``-v`` prints each fault.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import chain, count, pairwise

import mpmath
import numpy as np
from tests.operations.samples import PARAMETERS, Sample, sample
from tests.workings.sheets import one_step

from tmat.engine.node import rounded
from tmat.operations import REGISTRY
from tmat.workings import Working, Workings, cells

DIGITS = (None, 0, 1, 2, 4, 6, 12, 17)
DECIMALS = (None, 0, 2, 4)
NOISE = 1e-9  # what floats lose in a cell's own value

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_LOOSEST = mpmath.mpf(10) ** -45
_TIE = mpmath.mpf(10) ** -30  # in units of the last place: what sixty digits leave unsure
_NAMES = {name: getattr(mpmath, name) for name in ("sqrt", "erf", "tanh", "ln", "sin", "cos")}


def read(text: str, first: int = 0) -> mpmath.mpf:
    """What a line of numbers comes to."""
    plain = re.sub(r"([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda found: f"**({found[1].translate(_RAISED)})", text)
    plain = re.sub(r"(?<![\w.])(\d+(?:\.\d+)?)", r"M('\1')", plain)
    for sign, python in (("·", "*"), ("−", "-"), ("^", "**"), ("∞", "M('inf')"), ("π", "pi")):
        plain = plain.replace(sign, python)
    plain = re.sub(r"√(M\('[^']*'\)(\*\*\(M\('\d+'\)\))?)", r"sqrt(\1)", plain).replace("√(", "sqrt(")
    plain = re.sub(r"first\(([^<]+)<", r"first(\1,", plain)
    names = {
        **_NAMES,
        "M": mpmath.mpf,
        "pi": mpmath.pi,
        "e": mpmath.e,
        "max": max,
        "min": min,
        "first": lambda draw, *ends: mpmath.mpf(
            first + next(n for n, e in enumerate(ends) if e > draw or e == max(ends))
        ),
        "argmax": lambda *terms: mpmath.mpf(first + terms.index(max(terms))),
    }
    try:
        return mpmath.mpf(eval(plain, {"__builtins__": {}}, names))
    except ZeroDivisionError:
        return mpmath.nan


def faults(told: Working, first: int = 0, decimals: int | None = None) -> Iterator[str]:
    """What is wrong with a working: ``=`` where the sides differ, ``≈`` where a hand comes to something else."""
    lines = [line for line in told.lines if line.part != "symbols"]
    close_to_one = any(sign in line.text for line in lines for sign in ("1 + erf", "1 + tanh", "1 − tanh"))
    with mpmath.workdps(600 if close_to_one else 60):
        previous: mpmath.mpf | None = None
        rounding = NOISE if decimals is None else NOISE + mpmath.mpf(10) ** -decimals / 2
        for line in lines:
            before, _, after = line.text.partition(" → ")
            value = read(before, first)
            other, allowed = (mpmath.mpf(told.value), rounding) if previous is None else (previous, _LOOSEST)
            if line.sign == "=" and not _equal(value, other, allowed):
                yield "false ="
            if after and not _same(_at_place(value, after), read(after)):
                yield "rounded twice"
            previous = value
        if not lines or lines[-1].part != "result":
            return
        result = lines[-1].text.partition(" → ")[0]
        for line in lines[:-1]:
            value = read(line.text, first)
            if mpmath.isfinite(value) and not _same(_at_place(value, result), read(result)):
                yield "unrepeatable"
        for above, below in pairwise(lines):
            yield from _terms(above.text, below.text)


def _equal(value: mpmath.mpf, other: mpmath.mpf, allowed: mpmath.mpf) -> bool:
    if not (mpmath.isfinite(value) and mpmath.isfinite(other)):
        return bool(mpmath.isnan(value) or mpmath.isnan(other) or value == other)
    return bool(abs(value - other) <= allowed * max(1, abs(other)))


def _same(value: mpmath.mpf, other: mpmath.mpf) -> bool:
    return bool(value == other or abs(value - other) <= mpmath.mpf(10) ** -35 * abs(other))


def _at_place(value: mpmath.mpf, printed: str) -> mpmath.mpf:
    """The value with the decimals that another number was printed with, halves away from zero."""
    found = re.fullmatch(r"−?\d+(?:\.(\d+))?(?:·10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+))?", printed)
    if not found or not mpmath.isfinite(value):
        return value
    unit = mpmath.mpf(10) ** (int((found[2] or "0").translate(_RAISED)) - len(found[1] or ""))
    units = mpmath.floor(abs(value) / unit + mpmath.mpf("0.5") + _TIE)
    return mpmath.mpf(mpmath.nstr(mpmath.sign(value) * units * unit, 45))


def _terms(above: str, below: str) -> Iterator[str]:
    """The terms of a sum one by one: each comes to the number below it."""
    parts, sums = above.split(" + "), below.split(" + ")
    if len(parts) == len(sums) > 1 and all(part.count("(") == part.count(")") for part in (*parts, *sums)):
        for part, printed in zip(parts, sums, strict=True):
            plain = printed[1:-1] if printed.startswith("(") else printed
            if re.fullmatch(r"[−\d.·⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", plain) and not _same(_at_place(read(part), plain), read(plain)):
                yield "unrepeatable term"


def samples(seed: int) -> Iterator[Sample]:
    """Every operation with its parameters, on short decimals and on long ones."""
    rng = np.random.default_rng(seed)
    for name in sorted(REGISTRY):
        for case in range(len(PARAMETERS.get(name, [{}]))):
            for scale in (1.0, 1 / 3, 300.0):
                it = sample(name, rng, case)
                whole = [np.array_equal(array, np.round(array)) for array in it.arrays]
                arrays = [a if exact else a * scale for a, exact in zip(it.arrays, whole, strict=True)]
                yield Sample(it.op, arrays, it.params)


def counted(it: Sample, digits: int | None, decimals: int | None, most: int) -> Counter[str]:
    """The faults of an operation's cells, the first ``most`` of them."""
    counts: Counter[str] = Counter()
    result = it.op(*it.arrays, **it.params)
    kept = {} if decimals is None else {"decimals": decimals}
    stage = one_step(it, result if decimals is None else rounded(it.op, it.arrays, it.params, result, decimals), **kept)
    made = Workings(stage, digits=digits)
    for _, _, i, j in list(cells(stage, "R"))[:most]:
        told = made.cell("R", i, j)
        counts["cells"] += 1
        for fault in faults(told, it.params.get("first", 0), decimals):
            counts[fault] += 1
            if "-v" in sys.argv:
                print(fault, it.op.name, digits, decimals, told, sep="\n")
    return counts


def main() -> None:
    whole: Counter[str] = Counter()
    by_operation: dict[str, Counter[str]] = {}
    most = max((int(word) for word in sys.argv[1:] if word.isdigit()), default=1)
    for it in chain.from_iterable(map(samples, count(7))):
        for digits in DIGITS:
            for decimals in DECIMALS:
                counts = counted(it, digits, decimals, 2)
                whole += counts
                by_operation.setdefault(it.op.name, Counter()).update(counts)
        if whole["cells"] >= most:
            break
    for name, counts in by_operation.items():
        if len(counts) > 1:
            print(name, dict(counts))
    print(dict(whole))


if __name__ == "__main__":
    main()
