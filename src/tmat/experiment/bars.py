"""Histograms as bars of characters, several lines high."""

from __future__ import annotations

from collections.abc import Sequence

EIGHTHS = " ▁▂▃▄▅▆▇█"
PLAIN = " .:#"  # where an output has no blocks: empty, a little, more, full


def bars(counts: Sequence[int], height: int = 3, encoding: str = "utf-8") -> list[str]:
    """The counts as columns, the highest ``height`` lines high; what is not 0 is never drawn as nothing.

    >>> bars([0, 1, 8, 16, 8, 1, 0], height=2)
    ['   █   ', ' ▁███▁ ']
    >>> bars([0, 1, 8, 16, 8, 1, 0], height=2, encoding="ascii")
    ['   #   ', ' .###. ']
    """
    steps = _steps(encoding)
    full = len(steps) - 1
    peak = max(counts, default=0)
    tall = [_units(count, peak, height * full) for count in counts]
    return [
        "".join(steps[min(max(units - line * full, 0), full)] for units in tall) for line in reversed(range(height))
    ]


def _units(count: int, peak: int, most: int) -> int:
    """To the nearest step, in whole numbers, so that it is the same everywhere."""
    return max((2 * count * most + peak) // (2 * peak), 1) if count else 0


def _steps(encoding: str) -> str:
    try:
        EIGHTHS.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return PLAIN
    return EIGHTHS
