"""Where the program begins: ``tmat``, or ``python -m tmat``."""

from __future__ import annotations

import os
from typing import NoReturn

from tmat.interrupts import INTERRUPTED, end_when_interrupted


def main() -> NoReturn:
    end_when_interrupted()
    try:
        from tmat.cli.app import main as program

        program()
    except KeyboardInterrupt:  # on the way out
        os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
