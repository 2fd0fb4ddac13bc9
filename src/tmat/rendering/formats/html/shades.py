"""Heat as classes of a style sheet: a page that lets in no inline style can still be shaded."""

from __future__ import annotations

from collections.abc import Iterable

from tmat.rendering.layout.look import ONE_SIDED, TWO_SIDED, Scale, ink

LEVELS = 32


def shade(scale: Scale, x: float) -> str:
    """The class of a number: its place on the scale in 32 steps.

    >>> shade(Scale(0.0, 1.0), 0.5), shade(Scale(-2.0, 2.0), -2.0)
    ('h16', 'd0')
    """
    return f"{'d' if scale.two_sided else 'h'}{round(scale.place(x) * LEVELS)}"


def rules(used: Iterable[str], where: str) -> str:
    """The style of these classes, wherever ``where`` holds."""
    return "\n".join(
        f"{where} .{name}:not(.on, .from) {{ background: {c}; color: {ink(c)}; }}" for name, c in _colours(used)
    )


def _colours(used: Iterable[str]) -> Iterable[tuple[str, str]]:
    for name in sorted(used, key=lambda name: (name[0], int(name[1:]))):
        scale = Scale(-1.0, 1.0) if name[0] == "d" else Scale(0.0, 1.0)
        at = int(name[1:]) / LEVELS
        yield name, scale.colour(2.0 * at - 1.0 if scale.two_sided else at)


def ramps() -> str:
    """The style of the two printed scales."""
    made = []
    for name, anchors in (("one", ONE_SIDED), ("two", TWO_SIDED)):
        stops = ", ".join(f"rgb({red} {green} {blue})" for red, green, blue in anchors)
        made.append(f".ramp .{name} {{ background: linear-gradient(to right, {stops}); }}")
    return "\n".join(made)
