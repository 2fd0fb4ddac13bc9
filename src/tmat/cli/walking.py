"""tmat show --step: a step at a time, waiting for a key: space next, b back, w working, q quit."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tmat.cli.environment import Environment
from tmat.cli.options import Common
from tmat.cli.terminal import fitted, put
from tmat.rendering.layout import Look, portions
from tmat.rendering.styled import Line, Span
from tmat.sheet.worksheet import Stage, Step, Worksheet

KEYS = " space next · b back · w working · q quit"


def walk(sheet: Worksheet, common: Common, env: Environment, look: Look, key: Callable[[], str] | None = None) -> None:
    """Show the worksheet's portions one by one; without a terminal to ask, all of them at once."""
    look = fitted(look, env, common)
    width = common.width or env.columns
    shown = list(portions(sheet, width=width, look=look))
    if key is None and not (env.stdout_tty and env.stdin_kind == "terminal"):
        for portion in shown:
            put([*portion.lines, ()], env, common)
        return
    ask = key or read_key
    n = 0
    while n < len(shown):
        portion = shown[n]
        put([*portion.lines, (), (Span(f"{KEYS}   {n + 1} of {len(shown)}", "caption"),)], env, common)
        pressed = ask()
        if pressed in ("q", "\x03", "\x04", "\x1b"):
            return
        if pressed in ("b", "\x7f"):
            n = max(n - 1, 0)
        elif pressed == "w":
            put([*_working_of(portion.stage, portion.step, width), ()], env, common)
        else:
            n += 1


def _working_of(stage: Stage, step: Step | None, width: int | None) -> list[Line]:
    """The working of the first cell of the step that is on the table."""
    from tmat.workings.cell import Workings
    from tmat.workings.lines import wrapped

    if step is None or not step.values.size:
        return [(Span(" nothing is computed here", "caption"),)]
    return [(Span(text),) for text in wrapped(Workings(stage, fold=8).cell(step.name, 0, 0), width)]


def read_key() -> str:
    """One key from the terminal, without waiting for a line."""
    if sys.platform == "win32":  # pragma: no cover - no such terminal where the tests run
        import msvcrt

        return msvcrt.getwch()
    import os
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    from tmat.interrupts import tidied

    with tidied():
        try:
            tty.setcbreak(descriptor)
            return os.read(descriptor, 8).decode("utf-8", "replace") or "q"
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
