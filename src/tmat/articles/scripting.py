"""An example as a shell script: its numbers in a file, its calls as commands in pipes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tmat.articles.article import Call, Example, Part
from tmat.articles.running import file_name, file_text, kept_file, options_of

FLAGS = {"vocabulary": "words", "add_residual": "residual"}
"""Options that have another name on the command line."""


def opening(example: Example, *, corrected: bool = False) -> str:
    """The first words of the script."""
    return f"tmat example {example.name}{' --corrected' if corrected else ''}, by pipes: each worksheet a line of JSON"


def script(example: Example, *, corrected: bool = False) -> str:
    """The script that makes the example's worksheets, part by part, in a temporary folder."""
    lines = ["#!/bin/sh", f"# {opening(example, corrected=corrected)}", "set -eu", 'cd "$(mktemp -d)"']
    files = dict(example.files)
    if text := file_text(example):
        files[file_name(example)] = text
    for name, text in files.items():
        lines += ["", f"cat > {name} <<'END'", text.rstrip("\n"), "END"]
    for part in example.parts:
        lines += ["", *([f"# {part.title}"] if part.title else []), *_part(example, part, corrected)]
    return "\n".join(lines) + "\n"


def _part(example: Example, part: Part, corrected: bool) -> Iterator[str]:
    """The commands of a part; where a later stage needs a matrix of an earlier one, the pipe is saved in a file between."""
    lines: list[str] = []
    if part.source:
        copies = " ".join([f"{file_name(example)}:{part.source}"] * part.batch)
        lines.append(f"tmat show {copies} --format json < /dev/null")
    kept = {place.partition(".")[0] for call in part.calls for place in call.flows.values()} if corrected else set()
    reading = "" if part.source else " < /dev/null"
    for n, call in enumerate(part.calls, start=1):
        text = _command(example, call, corrected) + reading
        reading = ""
        last = n == len(part.calls)
        if last:
            text += " --format json" if "<" not in text else ""
        if call.stage in kept and not last:
            kept.discard(call.stage)
            yield " |\n  ".join([*lines, f"{text} > {call.stage}.json"])
            lines, reading = [], f" < {call.stage}.json"
            continue
        lines.append(text)
    yield " |\n  ".join(lines)


def _command(example: Example, call: Call, corrected: bool) -> str:
    slipped = call.slipped if not corrected else {}
    options = options_of(call, computing=corrected or not call.slipped)
    words = ["tmat", call.stage]
    if call.stage == "vocab":
        words.append(str(options.pop("corpus")))
    for name, value in options.items():
        words += _option(FLAGS.get(name, name).replace("_", "-"), value)
    for name, block in {**call.given, **slipped}.items():
        if corrected and name in call.flows:
            words += ["-m", f"{name}={kept_file(call.flows[name])}:{call.flows[name]}"]
        else:
            words += ["-m", f"{name}={file_name(example)}:{block}"]
    return " ".join(words)


def _option(flag: str, value: Any) -> Sequence[str]:
    if isinstance(value, bool):
        return [f"--{flag}" if value else f"--no-{flag}"]
    if isinstance(value, list | tuple):
        return [f"--{flag}", quoted(" ".join(map(str, value)))]
    return [f"--{flag}", quoted(repr(value) if isinstance(value, float) else str(value))]


def quoted(text: str) -> str:
    """A word of a shell command, quoted where necessary.

    >>> quoted("Q=2,K=2"), quoted("you win"), quoted("won't wait")
    ('Q=2,K=2', "'you win'", '"won\\'t wait"')
    """
    if text and all(sign.isalnum() or sign in "=,.:-_/" for sign in text):
        return text
    if "'" not in text:
        return f"'{text}'"
    if not set(text) & set('"$`\\!'):
        return f'"{text}"'
    return "'" + text.replace("'", "'\"'\"'") + "'"
