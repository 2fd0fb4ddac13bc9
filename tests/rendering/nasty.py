"""A worksheet whose every word, name and note tries to break out of the format it is written in."""

from __future__ import annotations

import numpy as np

from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet
from tmat.text.vocabulary import Vocabulary

WORDS = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(2)>",
    "=cmd|' /C calc'!A0",
    "\"quoted\" & 'single'",
    r"$x_1^2$ \input{/etc/passwd} %{}#~",
    "a\nb\r\tc",
    "שלום עולם",
    "zero\u200bwidth\u202egnp",
    "| pipe ` `` *b* _i_ [l](http://e.example) ![i](x)",
    "-1+2",
    "@SUM(A1)",
    "+1",
    "'=1",
    "\x00\x1b[31m",
    "当",
    "👩\u200d🔬e\u0301",
    "]]> --> {{7*7}} ${x} <!--",
    r"^^M \end{document}",
    "μ é Ω",
    "#tag",
    " ",
    "&amp;",
    "a;b",
)
MARK = '<i title="x">s</i>|$\n# `'


def nasty() -> Worksheet:
    """The worksheet: a given matrix, steps of known and unknown operations, names that no stage has."""
    count = len(WORDS)
    numbers = np.random.default_rng(0)
    x = Matrix.of("X", np.round(numbers.random((count, 3)), 2), rows=WORDS, origin="</style><b>")
    w = Matrix.of("W_Q", np.round(numbers.random((3, count)), 2), cols=WORDS)
    q = Matrix.of("Q", x.values @ w.values, rows=WORDS, cols=WORDS)
    steps = [
        Step(q, "matmul", ("X", "W_Q")),
        Step(
            Matrix.of("we<ird>_$n&me", q.values / np.sqrt(2), rows=WORDS, cols=WORDS),
            "divide_by_root",
            ("Q",),
            {"d": 2.0},
        ),
        Step(Matrix.of("U|`x`", q.values[:, :2], rows=WORDS), "unknown<op>", ("Q", "gone"), {"<": ">"}),
        Step(Matrix.of("../注意", q.values[:2], rows=WORDS[:2], cols=WORDS), "softmax", ("Q",), {"extra": "{0}"}),
    ]
    stage = Stage(MARK, "attention", {}, ("note <b>&$%_", "# n", "- x"), {"X": x, "W_Q": w}, steps, "Q")
    vocab = Stage("vocab", "vocab", notes=("1. <u>",))
    return Worksheet([vocab, stage], Vocabulary(WORDS), WORDS)
