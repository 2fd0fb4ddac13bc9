"""The entry point of the program: ``tmat``, or ``python -m tmat``."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import sys

IN_AN_ARCHIVE = """tmat: this copy of tmat cannot run from inside an archive
  it looks for its commands, formats and examples in a folder
  try pip install with the wheel or the source, or unpack the archive
"""


def main() -> None:
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(
            _signal.SIGINT, _signal.SIG_DFL
        )  # no traceback while loading; importing `signal` itself takes milliseconds
    if not os.path.isdir(os.path.dirname(os.path.abspath(__file__))):
        sys.stderr.write(IN_AN_ARCHIVE)
        sys.exit(2)
    # OpenBLAS's threads busy-wait for their first product, which slows the other commands of a pipe. So each product
    # takes one thread, and large steps run in parallel (tmat.engine.parallel), unless the environment says otherwise.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from tmat.interrupts import INTERRUPTED, end_when_interrupted

    end_when_interrupted()
    try:
        from tmat.cli.program import main as program

        program()
    except KeyboardInterrupt:  # on the way out
        os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
