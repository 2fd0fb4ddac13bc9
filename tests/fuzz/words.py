"""What generators draw from: numbers as people and machines write them, words that try to break out, odd values."""

from __future__ import annotations

from random import Random

NUMBERS = (
    "0", "1", "-1", "2", "0.5", "-0", "3.88", "1e-7", "1e308", "-1.7976931348623157e308", "5e-324", "1e400", "−2.5",
    "∞", "-inf", "nan", "1_000", "0x10", "3,14", "1.234,5", "1/2", "50%", ".5", "5.", "+3", "--1", "1e", "٣", "²",
    "1" * 400, "9" * 5000, "_", "?", "-", "…", "", "true", "1.0.0", "1 000",
)  # fmt: skip
"""Some of them are numbers."""

PLAIN = ("When", "you", "play", "game", "of", "thrones", "win", "won't", "déjà", "当", "שלום", "a", "1", "I")

NASTY = (
    "\x1b]0;pwned\x07", "\x1b[2J", "\x1b[31mred", "=cmd|' /C calc'!A0", "+1", "@SUM(A1)", "<script>alert(1)</script>",
    "a\nb", "a\rb", "tab\tbed", "\u202egnp", "zero\u200bwidth", "\ufeff", "[bold]x[/bold]", "[/]", "%s%n{0}", "'", '"', "\\",
    "#", ",", ";", "|", "`", "$x$", "\\input{x}", "", " ", "\x00", "👩\u200d🔬", "e\u0301", "x" * 300, "\x9b31m", "-1+2", "]",
    "[", "Q[1,2]", "--help", "-", "../..", "\ud800",
)  # fmt: skip
"""Words that would steer a terminal, a spreadsheet, a page or a parser, were they taken for more than words."""

NAMES = (
    "X", "E", "Q", "K", "V", "W_Q", "W_K", "W_V", "W_O", "b_Q", "b_O", "mask", "scores", "scaled", "masked", "weights",
    "dropped", "Z", "concat", "output", "context", "residual", "gamma", "beta", "mean", "std", "sum", "normalized", "W_1",
    "b_1", "W_2", "b_2", "hidden", "activated", "W_E", "ids", "PE", "memory", "W_vocab", "b_vocab", "logits",
    "probabilities", "last", "W_Q1", "W_Q2", "Z1", "W_A", "U_A", "v_A", "keep", "wq", "Query", "rms", "flat", "predicted",
    "layer1.W_Q", "layer2.gamma1", "layer1.self.W_Q", "layer1.cross.W_K", "layer9.W_1", "layer1.layer1.W_Q",
    "layer0.beta3", "cross.W_Q", "self.self.Q", "Foo", "X.T", "W_Q.T.T", "attention.Q", "decode-1.logits", "W_Q65",
    "layer" + "9" * 5000 + ".W_Q",
)  # fmt: skip

ODD_VALUES = (
    "0", "1", "2", "3", "-1", "-0", "1.5", "1e9", "1000000000", "99999999999999999999", "9" * 5000, "+-5", "nan", "inf",
    "-inf", "1e-320", "", " ", "none", "all", "x", "é", "²", "٣", "2,3", "=", "a=b", "Q=2", "scores=2,weights=4", "-", "--",
    "/", ".", "nosuch.json", "\x1b[31m", "\n", "a b", "'", "[", "]", "Q[", "Q[1,2]", "Q[0,0]", "Q[99]", "[1,1]", "name:li.wei",
    "\ud800", "%", "Z[When,1]", "layer1.Q", "e[b]", ",", ",,", "Q,K", "true",
)  # fmt: skip
"""For any option."""


def word(random: Random) -> str:
    return random.choice(PLAIN if random.random() < 0.7 else NASTY)


def number(random: Random, odd: float = 0.2) -> str:
    """Mostly a number."""
    if random.random() >= odd:
        return f"{random.uniform(-9, 9):.{random.randrange(5)}f}"
    return random.choice(NUMBERS)


def name(random: Random) -> str:
    return random.choice(NAMES) if random.random() < 0.9 else word(random)


def size(random: Random) -> int:
    return random.choice((1, 1, 2, 2, 3, 3, 4, 6, 6, 17)) if random.random() < 0.97 else 0


def grid(random: Random) -> list[list[str]]:
    """Cells in rows, now and then ragged, now and then with something odd among them."""
    width = size(random)
    ragged = random.random() < 0.1
    odd = random.choice((0, 0, 0.01, 0.2))
    return [[number(random, odd) for _ in range(size(random) if ragged else width)] for _ in range(size(random))]


def mutated(random: Random, data: bytes) -> bytes:
    """Bytes cut, doubled, swapped, flipped, or put in from elsewhere."""
    found = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        at = random.randrange(len(found) + 1)
        to = min(len(found), at + random.choice((1, 1, 2, 5, 40, 1000)))
        kind = random.randrange(7)
        if kind == 0:
            del found[at:to]
        elif kind == 1:
            found[at:at] = found[at:to]
        elif kind == 2 and at < len(found):
            found[at] ^= 1 << random.randrange(8)
        elif kind == 3:
            found[at:at] = random.choice(
                (b"\0", b"\xff", b"\xfe", b"\xef\xbb\xbf", b"\n", b"\r\n", b'"', b"[", b"}", b"\\", b"1e999", b"\xc3")
            )
        elif kind == 4:
            del found[at:]
        elif kind == 5:
            found[at:at] = random.randbytes(random.randrange(1, 9))
        else:
            found[at:to] = word(random).encode("utf-8", "surrogatepass")
    return bytes(found)
