"""Where the program begins: ``tmat``, or ``python -m tmat``."""

from __future__ import annotations

import os
from typing import NoReturn

from tmat.interrupts import INTERRUPTED, end_when_interrupted


def main() -> NoReturn:
    # OpenBLAS's threads busy-wait for their first product, which slows the other commands of a pipe. A product takes
    # one thread, and large products run in parallel (tmat.engine.parallel). The environment may say otherwise.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    end_when_interrupted()
    try:
        from tmat.cli.program import main as program

        program()
    except KeyboardInterrupt:  # on the way out
        os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
