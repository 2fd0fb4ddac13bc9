"""Where the program begins: ``tmat``, or ``python -m tmat``."""

from __future__ import annotations

import gc
import os
from typing import NoReturn

from tmat.interrupts import INTERRUPTED, end_when_interrupted


def _start_light() -> None:
    """Leave out what a start pays for and never uses; long work has its collector and its threads as ever.

    Loading modules makes fifty thousand objects that all stay: looking among them for rubbish, as Python does every
    seven hundred, takes an eighth of the time. The threads of OpenBLAS wait for their first product by turning round and
    round, which the other commands of a pipe pay for, and two of them stand still where another program runs: products
    are worked by one thread each, and large ones side by side (tmat.engine.parallel). The environment may say otherwise.
    """
    gc.set_threshold(100_000, 10, 10)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def main() -> NoReturn:
    _start_light()
    end_when_interrupted()
    try:
        from tmat.cli.program import main as program

        program()
    except KeyboardInterrupt:  # on the way out
        os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
