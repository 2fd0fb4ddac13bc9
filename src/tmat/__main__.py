"""Where the program begins: ``tmat``, or ``python -m tmat``. An interrupt is no error, at whatever point it comes."""

from __future__ import annotations

import os
from typing import NoReturn

INTERRUPTED = 130


def main() -> NoReturn:
    try:
        from tmat.cli.app import main as program

        program()
    except KeyboardInterrupt:  # while modules were loaded, or on the way out
        os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
