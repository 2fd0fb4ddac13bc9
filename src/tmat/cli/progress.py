"""A progress bar on standard error, if that is a terminal, for work of more than a second."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tmat.cli.environment import Environment

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0  # seconds of work before a bar is worth loading


class Bar:
    """Shows one task after another; the bar is removed when a task ends."""

    def __init__(self) -> None:
        self._shown: Progress | None = None
        self._task: Any = None
        self._what, self._of = "", None  # type: str, int | None
        self._begun = 0.0

    def begin(self, what: str, of: int | None) -> None:
        self._what, self._of = what, of
        self._begun = time.monotonic()

    def step(self, done: int) -> None:
        if self._shown is None and time.monotonic() - self._begun > PATIENCE:
            self._show()
        if self._shown is not None:
            self._shown.update(self._task, completed=done)

    def end(self) -> None:
        if self._shown is not None:
            self._shown.stop()
            self._shown = None

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import Progress
        from rich.text import Text

        from tmat.visible import visible

        self._shown = Progress(console=Console(stderr=True), transient=True)
        self._task = self._shown.add_task(Text(visible(self._what)).markup, total=self._of)
        self._shown.start()


def bar_in(env: Environment) -> Bar | None:
    """The bar of an environment; None if it would not be seen."""
    return Bar() if env.stderr_tty and env.variables.get("TERM") != "dumb" else None
