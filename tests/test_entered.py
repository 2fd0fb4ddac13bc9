"""How far apart the code of one command is: the files that it enters, and how often it switches between them.

A reader follows the same path. Functions and comprehensions count as they are called, class bodies do not.
"""

from __future__ import annotations

import os
import subprocess
import sys

COUNT = """
import os, sys
import tmat.cli.program
from tmat.__main__ import main

root = os.path.dirname(sys.modules["tmat"].__file__)
files, switches, last = set(), 0, ""

def called(frame, event, argument):
    global switches, last
    code = frame.f_code
    if event == "call" and code.co_filename.startswith(root) and code.co_flags & 2:
        files.add(code.co_filename)
        switches += code.co_filename != last
        last = code.co_filename

def done(code):
    sys.setprofile(None)
    print(len(files), switches, code, file=sys.stderr, flush=True)
    end(code)

end, os._exit = os._exit, done
sys.argv = ["tmat", "attention", "--d-k", "6", "-f", "table"]
sys.setprofile(called)
main()
"""


def test_a_table_of_attention_is_made_in_few_files() -> None:
    wide = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    done = subprocess.run(
        [sys.executable, "-c", COUNT], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=True, env=wide
    )
    assert "weights = softmax(scaled)" in done.stdout
    files, switches, code = map(int, done.stderr.split())
    assert (files <= 47, switches <= 2000, code) == (True, True, 0), (files, switches, code)
