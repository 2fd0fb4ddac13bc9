"""Generators for command lines: the real options with values that fit, nearly fit or do not, and what comes down the pipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

import typer
from tests.fuzz import archives, texts, trees
from tests.fuzz.words import ODD_VALUES, mutated, name, number, word

from tmat.cli.program import app, command_names


@dataclass
class Line:
    """A command line, the files it may speak of, what comes on standard input, and where it runs."""

    arguments: list[str]
    stdin: bytes | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    environment: dict[str, Any] = field(default_factory=dict)

    @property
    def command(self) -> str:
        return self.arguments[0] if self.arguments else ""


@cache
def options() -> dict[str, list[Any]]:
    """Each command's options, as the program itself declares them."""
    group: Any = typer.main.get_command(app)
    return {name: group.get_command(None, name).params for name in command_names()}


def _matrix(random: Random) -> str:
    source = random.choice(
        (texts.inline(random), texts.inline(random), "-", *FILES, f"{random.choice(list(FILES))}:{name(random)}")
    )
    return f"{name(random)}={source}" if random.random() < 0.95 else word(random)


def _small(random: Random) -> str:
    return random.choice(("1", "2", "3", "4", "6", "7", "64"))


def _one_of(*values: str) -> Callable[[Random], str]:
    return lambda random: random.choice(values)


def _rounding(random: Random) -> str:
    return random.choice(
        ("0", "2", "17", "none", "scores=2", "scores.used=2", f"{name(random)}={_small(random)}", "2,Q=4")
    )


def _seed(random: Random) -> str:
    return random.choice(("0", "1", "7", "name:li.wei", "-1", word(random), "18446744073709551616"))


def _names(random: Random) -> str:
    return ",".join(name(random) for _ in range(random.randrange(1, 4)))


def _output(random: Random) -> str:
    suffix = random.choice(("json", "txt", "md", "tex", "html", "svg", "csv", "tsv", "npy", "npz", "xlsx", "foo", ""))
    return random.choice((f"out.{suffix}", f"new/out.{suffix}", f"X.csv/out.{suffix}", f"a\nb.{suffix}", "."))


VALUES: dict[str, Callable[[Random], str]] = {
    "--matrix": _matrix, "--weights": lambda r: r.choice(list(FILES)), "--seed": _seed, "--dropout-seed": _seed, "--round": _rounding,
    "--init": _one_of("uniform", "normal", "xavier", "integers", "torch-rand", "torch-randn", "torch-linear"), "--dtype": _one_of("float32", "float64"),
    "--format": _one_of("table", "json", "text", "markdown", "latex", "html", "svg", "csv", "tsv", "npz", "npy", "xlsx", "junit", "gradescope"),
    "--output": _output, "--only": _names, "--blank": _names, "--work": texts.cells, "--trace": texts.cells,
    "--work-steps": _one_of("symbols", "numbers", "products", "result", "symbols,result"), "--tokens": texts.corpus,
    "--text": texts.corpus, "--words": texts.corpus, "--target": texts.corpus, "--special": _one_of("<pad>", "<pad>,<unk>", "<start>,<end>", "a"),
    "--mask": lambda r: r.choice(("causal", "padding", "causal,padding", "none", texts.inline(r), "X.csv")),
    "--score": _one_of("scaled", "dot", "additive"), "--mask-value": _one_of("-inf", "0", "-1e9"), "--bias": _one_of("none", "qkv", "output", "all"),
    "--mask-means": _one_of("visible", "hidden", "added", "auto"), "--dropout": _one_of("0", "0.1", "0.5", "1"), "--exponent": _one_of("paired", "column"),
    "--activation": _one_of("relu", "gelu", "gelu-tanh", "silu", "tanh", "sigmoid", "none"), "--norm": _one_of("layer", "rms", "none"), "--deviation": _one_of("population", "sample"),
    "--epsilon": _one_of("0", "1e-5", "1"), "--epsilon-in": _one_of("root", "deviation"), "--project": _one_of("last", "flatten"), "--norm-order": _one_of("post", "pre"),
    "--case": _one_of("fold", "keep"), "--order": lambda r: r.choice(("sorted", "first-seen", "X.txt", texts.corpus(r))), "--first-id": _one_of("0", "1"),
    "--tokenizer": _one_of("words", "chars", "spaces"), "--key": lambda r: r.choice(("key.json", "key.json", "sheet.json", "-", "example:thrones", "X.csv")), "--points": _one_of("scores=2", "Z=1,Q=0", "2"),
    "--follow": _one_of("full", "half", "none"), "--close": _one_of("full", "half", "none"), "--jobs": _one_of("1", "2"), "--stage": _one_of("attention", "layer1", "decode-1", "attention-2"),
    "--layers": _one_of("1", "2", "3"), "--max-tokens": _one_of("1", "2", "3"), "--width": _one_of("20", "21", "40", "80", "1000"), "--digits": _one_of("0", "2", "4", "17"), "--residual-of": _one_of("attention", "posenc"), "--plot": _one_of("p.png", "p.svg", "p.foo"),
}  # fmt: skip

FILES: dict[str, Callable[[Random], bytes]] = {
    "X.csv": lambda r: texts.delimited(r, ","), "W.tsv": lambda r: texts.delimited(r, "\t"), "X.txt": texts.answers, "a.md": texts.answers, "a.json": trees.named,
    "sheet.json": trees.worksheets, "key.json": lambda r: r.choice(trees.written()), "w.npy": archives.npy, "w.npz": archives.npz, "w.xlsx": archives.xlsx, "noname": lambda r: r.randbytes(r.randrange(50)),
}  # fmt: skip

PIPED: tuple[Callable[[Random], bytes], ...] = (
    lambda r: r.choice(trees.written()), lambda r: r.choice(trees.written()), trees.worksheets, trees.worksheets, trees.named, texts.answers,
    lambda r: b"".join(r.choice(trees.written()) for _ in range(2)), lambda r: texts.corpus(r).encode("utf-8", "replace"), lambda r: r.randbytes(r.randrange(60)), lambda r: b"",
    lambda r: mutated(r, r.choice(trees.written())),
)  # fmt: skip


def line(random: Random) -> Line:
    """One command line."""
    command = random.choice(list(options()))
    arguments = [command]
    for _ in range(random.choice((0, 1, 1, 2, 2, 3, 5))):
        arguments += _option(random, random.choice(options()[command]))
    if random.random() < 0.05:
        arguments.insert(random.randrange(len(arguments) + 1), random.choice(ODD_VALUES))
    if any(each.startswith("--plot") for each in arguments) and random.random() < 0.9:
        arguments = [command]  # a picture takes a second
    if command == "scaling":
        arguments += ["--draws", "50", "--queries", "4"]
    if command == "decode" and random.random() < 0.7:
        arguments += ["--max-tokens", "1"]
    stdin = random.choice(PIPED)(random) if random.random() < 0.6 else None
    if command in ("backward", "update", "train") and random.random() < 0.7:
        stdin = random.choice(trees.with_a_loss("backward") if command == "update" else trees.with_a_loss())
    files = {path: FILES[path](random) for path in FILES if any(path in each for each in arguments)}
    return Line(arguments, stdin, files, _environment(random))


def _option(random: Random, option: Any) -> list[str]:
    if option.param_type_name == "argument":
        return [random.choice(list(FILES)) if random.random() < 0.9 else random.choice(ODD_VALUES)]
    said = random.choice(option.opts)
    if said == "--debug":
        return []  # it asks for the traceback
    if said in ("--help", "--step"):
        return [said] if random.random() < 0.1 else []
    if option.is_flag:
        return [said]
    fitting = VALUES.get(max(option.opts, key=len))
    kind = random.random()
    if fitting is not None and kind < 0.85:
        value = fitting(random)
    elif kind < 0.85:
        value = _small(random) if random.random() < 0.8 else number(random)
    else:
        value = random.choice(ODD_VALUES)
    value = value.replace("\0", "")  # no system passes it on
    return [f"{said}={value}"] if said.startswith("--") and random.random() < 0.3 else [said, value]


def _environment(random: Random) -> dict[str, Any]:
    if random.random() < 0.6:
        return {}
    variables = {}
    if random.random() < 0.7:
        variables["COLUMNS"] = random.choice(("20", "1", "0", "abc", "80", "-5", "²", "9" * 30))
    if random.random() < 0.5:
        variables["TERM"] = random.choice(("dumb", "xterm", "", "xterm-256color"))
    if random.random() < 0.2:
        variables["NO_COLOR"] = "1"
    encoding = random.choice(("utf-8", "ascii", "latin-1", "cp1252", "ANSI_X3.4-1968"))
    return {"stdout_tty": random.random() < 0.7, "variables": variables, "encoding": encoding}
