"""--step: a page a step, waiting for a key between pages: space next, b back, w working, q quit."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tmat.cli.environment import Environment
from tmat.cli.options import Common
from tmat.cli.terminal import adapted, put
from tmat.rendering.layout import Look, portions
from tmat.rendering.styled import Line, Span
from tmat.sheet.worksheet import Stage, Step, Worksheet

KEYS = " space next · b back · w working · q quit"
QUIT = ("q", "\x03", "\x04", "\x1b")
BACK = ("b", "\x7f", "\x1b[D")  # with the key of the left arrow
FOOT = 3
"""Rows below a page: a blank one, the keys, and the one with the cursor."""
CLEAR = b"\x1b[2J\x1b[H"


@dataclass(eq=False, repr=False)
class _Page:
    """A page: the lines of a step and of what precedes it; without a step for a stage that has none."""

    stage: Stage
    lines: list[Line]
    step: Step | None = None


def walk(
    sheets: Sequence[Worksheet], common: Common, env: Environment, look: Look, key: Callable[[], str] | None = None
) -> None:
    """Show the worksheets page by page; without a terminal to read keys from, all at once."""
    look = adapted(look, env, common)
    width = common.width or env.columns
    pages = [page for sheet in sheets for page in _pages(sheet, width, look, env.rows)]
    with _key_reader(env, key) as ask:
        if ask is None:
            for page in pages:
                put(page.lines, env, common)
        else:
            _show_pages(pages, common, env, width, ask)


def _show_pages(
    pages: Sequence[_Page], common: Common, env: Environment, width: int | None, read_key: Callable[[], str]
) -> None:
    """Show the pages one by one, as the keys ask."""
    n, show_working = 0, False
    while n < len(pages):
        page = pages[n]
        if env.stdout_tty and env.variables.get("TERM") != "dumb":
            env.stdout.write(CLEAR)
        working_lines = [*_working_of(page.stage, page.step, width), ()] if show_working else []
        foot = Span(f"{KEYS}   {n + 1} of {len(pages)}", "caption")
        put([*page.lines, *working_lines, (foot,)], env, common)
        pressed = read_key()
        if pressed in QUIT:
            return
        show_working = pressed == "w" and not show_working
        if pressed in BACK:
            n = max(n - 1, 0)
        elif pressed != "w":
            n += 1


def _pages(sheet: Worksheet, width: int | None, look: Look, rows: int | None) -> Iterator[_Page]:
    """A page a step: heading and given matrices go with the step after them, the end of a stage with its last step.

    What does not fit the terminal's height together is split into two pages.
    """
    page: _Page | None = None
    pending: list[Line] = []
    for portion in portions(sheet, width=width, look=look):
        if page is not None and page.stage is not portion.stage:
            page.lines += pending
            yield page
            page, pending = None, []
        if page is None:
            page = _Page(portion.stage, [])
        if portion.step is not None and portion.step is not page.step:
            if page.step is not None:
                yield page
                page = _Page(portion.stage, [])
            if pending and rows is not None and len(pending) + len(portion.lines) + FOOT > rows:
                yield _Page(portion.stage, pending)
                pending = []
            page.step = portion.step
            page.lines += pending
            pending = []
        (pending if portion.step is None else page.lines).extend([*portion.lines, ()])
    if page is not None:
        page.lines += pending
        yield page


def _working_of(stage: Stage, step: Step | None, width: int | None) -> list[Line]:
    """The working of the first cell of a step."""
    from tmat.workings.cell import Workings
    from tmat.workings.lines import wrapped

    if step is None or not step.values.size:
        return [(Span(" nothing is computed here", "caption"),)]
    return [(Span(text),) for text in wrapped(Workings(stage, fold=8).cell(step.name, 0, 0), width)]


@contextmanager
def _key_reader(env: Environment, key: Callable[[], str] | None) -> Iterator[Callable[[], str] | None]:
    """A function that reads a key from the terminal, even if the sheet comes by a pipe; None without a terminal."""
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
    """The terminal passes on each key at once, until the end: switching for each key could lose keys typed ahead."""
    import termios
    import tty

    from tmat.interrupts import tidied

    before = termios.tcgetattr(descriptor)
    with tidied():
        try:
            tty.setcbreak(descriptor, termios.TCSADRAIN)  # keys typed ahead are kept
            yield
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _read_key(descriptor: int) -> str:
    pressed = os.read(descriptor, 1)
    if pressed == b"\x1b" and select.select([descriptor], [], [], 0.05)[0]:  # an arrow is three characters
        pressed += os.read(descriptor, 8)
    return pressed.decode("utf-8", "replace") or "q"
