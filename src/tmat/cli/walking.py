"""--step: a step at a time, each on a page of its own, waiting for a key: space next, b back, w working, q quit."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tmat.cli.environment import Environment
from tmat.cli.options import Common
from tmat.cli.terminal import fitted, put
from tmat.rendering.layout import Look, portions
from tmat.rendering.styled import Line, Span
from tmat.sheet.worksheet import Stage, Step, Worksheet

KEYS = " space next · b back · w working · q quit"
QUIT = ("q", "\x03", "\x04", "\x1b")
BACK = ("b", "\x7f", "\x1b[D")  # with the key of the left arrow
FOOT = 3
"""Rows below a page: a blank one, the keys, and the cursor's."""
CLEAR = b"\x1b[2J\x1b[H"


@dataclass(eq=False, repr=False)
class _Page:
    """A step of a stage with all that stands above it; none where a stage has no steps."""

    stage: Stage
    lines: list[Line]
    step: Step | None = None


def walk(
    sheets: Sequence[Worksheet], common: Common, env: Environment, look: Look, key: Callable[[], str] | None = None
) -> None:
    """Show the worksheets page by page; without a terminal to ask, all of them at once."""
    look = fitted(look, env, common)
    width = common.width or env.columns
    pages = [page for sheet in sheets for page in _pages(sheet, width, look, env.rows)]
    with _asked(env, key) as ask:
        if ask is None:
            for page in pages:
                put(page.lines, env, common)
        else:
            _turned(pages, common, env, width, ask)


def _turned(
    pages: Sequence[_Page], common: Common, env: Environment, width: int | None, ask: Callable[[], str]
) -> None:
    """The pages one by one, as the keys say."""
    n, working = 0, False
    while n < len(pages):
        page = pages[n]
        if env.stdout_tty and env.variables.get("TERM") != "dumb":
            env.stdout.write(CLEAR)
        below = [*_working_of(page.stage, page.step, width), ()] if working else []
        foot = Span(f"{KEYS}   {n + 1} of {len(pages)}", "caption")
        put([*page.lines, *below, (foot,)], env, common)
        pressed = ask()
        if pressed in QUIT:
            return
        working = pressed == "w" and not working
        if pressed in BACK:
            n = max(n - 1, 0)
        elif pressed != "w":
            n += 1


def _pages(sheet: Worksheet, width: int | None, look: Look, rows: int | None) -> Iterator[_Page]:
    """A page a step: the heading and the given matrices go with the step after them, what ends a stage with its last.

    What is too high for the terminal together stands on two pages.
    """
    page: _Page | None = None
    waiting: list[Line] = []
    for portion in portions(sheet, width=width, look=look):
        if page is not None and page.stage is not portion.stage:
            page.lines += waiting
            yield page
            page, waiting = None, []
        if page is None:
            page = _Page(portion.stage, [])
        if portion.step is not None and portion.step is not page.step:
            if page.step is not None:
                yield page
                page = _Page(portion.stage, [])
            if waiting and rows is not None and len(waiting) + len(portion.lines) + FOOT > rows:
                yield _Page(portion.stage, waiting)
                waiting = []
            page.step = portion.step
            page.lines += waiting
            waiting = []
        (waiting if portion.step is None else page.lines).extend([*portion.lines, ()])
    if page is not None:
        page.lines += waiting
        yield page


def _working_of(stage: Stage, step: Step | None, width: int | None) -> list[Line]:
    """The working of the first cell of the step that is on the table."""
    from tmat.workings.cell import Workings
    from tmat.workings.lines import wrapped

    if step is None or not step.values.size:
        return [(Span(" nothing is computed here", "caption"),)]
    return [(Span(text),) for text in wrapped(Workings(stage, fold=8).cell(step.name, 0, 0), width)]


@contextmanager
def _asked(env: Environment, key: Callable[[], str] | None) -> Iterator[Callable[[], str] | None]:
    """Who is asked for keys: the terminal, also where the sheet comes by a pipe; None where nobody is there."""
    if key is not None or not env.stdout_tty:
        yield key
    elif sys.platform == "win32":  # pragma: no cover - no such terminal where the tests run
        import msvcrt

        yield msvcrt.getwch
    else:
        try:
            descriptor = 0 if env.stdin_kind == "terminal" else os.open("/dev/tty", os.O_RDONLY)
        except OSError:
            yield None
            return
        with _unbuffered(descriptor):
            yield lambda: _read_key(descriptor)


@contextmanager
def _unbuffered(descriptor: int) -> Iterator[None]:
    """The terminal gives each key at once, to the end: between two ways of reading, keys typed ahead may be lost."""
    import termios
    import tty

    from tmat.interrupts import tidied

    before = termios.tcgetattr(descriptor)
    with tidied():
        try:
            tty.setcbreak(descriptor, termios.TCSADRAIN)  # what was typed ahead stays
            yield
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _read_key(descriptor: int) -> str:
    pressed = os.read(descriptor, 1)
    if pressed == b"\x1b" and select.select([descriptor], [], [], 0.05)[0]:  # an arrow is three characters
        pressed += os.read(descriptor, 8)
    return pressed.decode("utf-8", "replace") or "q"
