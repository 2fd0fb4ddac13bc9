"""Where the program begins: ``tmat``, or ``python -m tmat``."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from tmat.interrupts import INTERRUPTED, end_when_interrupted

IN_AN_ARCHIVE = """tmat: this copy of tmat cannot run from inside an archive
  it looks for its commands, formats and examples in a folder
  try pip install with the wheel or the source, or unpack the archive
"""


def main() -> NoReturn:
    if not os.path.isdir(os.path.dirname(os.path.abspath(__file__))):
        sys.stderr.write(IN_AN_ARCHIVE)
        sys.exit(2)
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
