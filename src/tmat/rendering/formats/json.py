"""A worksheet as one line of JSON that reads back to the same bits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

from tmat.errors import InputError
from tmat.rendering.format import Format
from tmat.sheet.worksheet import Array, Matrix, Parameter, Stage, Step, Vocabulary, Worksheet

VERSION = 1
# With a sign before and three digits of exponent after, no longer number's text can contain one of these. The first
# two are as long as the names in their quotes: texts of one length are replaced fastest.
_STAND_INS = (
    ("-Infinity", -math.inf, -1.001e300),
    ("Infinity", math.inf, -1.01e300),
    ("NaN", math.nan, -1e300),
)
_BLOCK = 1 << 12
_USUAL = Vocabulary(())
_NAMES = {math.inf: "Infinity", -math.inf: "-Infinity"}
_WORDS = frozenset(("NaN", "Infinity", "-Infinity"))


def dumps(sheet: Worksheet) -> bytes:
    r"""The worksheet in strict JSON, one line; −∞, ∞ and NaN are the strings "-Infinity", "Infinity", "NaN".

    Numbers are written in the fewest digits that read back to the same bits. A float32 matrix is written with
    its values as float64, and "dtype": "float32" beside them. Given matrices are known by their key.

    >>> dumps(Worksheet(tokens=("When", "you")))
    b'{"tmat":1,"tokens":["When","you"],"stages":[]}\n'
    """
    import orjson

    try:
        return orjson.dumps(_sheet(sheet), option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError as error:
        raise _unwritable(sheet, str(error)) from None


def _sheet(sheet: Worksheet) -> dict[str, Any]:
    value: dict[str, Any] = {"tmat": VERSION}
    if sheet.vocabulary is not None:
        value["vocabulary"] = _vocabulary(sheet.vocabulary)
    value["tokens"] = sheet.tokens
    value["stages"] = [_stage(stage) for stage in sheet.stages]
    return value


def _vocabulary(vocabulary: Vocabulary) -> dict[str, Any]:
    value: dict[str, Any] = {"words": vocabulary.words, "first_id": vocabulary.first_id}
    if vocabulary.case != _USUAL.case:
        value["case"] = vocabulary.case
    if vocabulary.tokenizer != _USUAL.tokenizer:
        value["tokenizer"] = vocabulary.tokenizer
    return value


def _stage(stage: Stage) -> dict[str, Any]:
    return {
        "id": stage.id,
        "stage": stage.stage,
        "params": _params(stage.params),
        **({"notes": stage.notes} if stage.notes else {}),
        "given": {name: _matrix(matrix) for name, matrix in stage.given.items()},
        "steps": [_step(step) for step in stage.steps],
        "output": stage.output,
    }


def _step(step: Step) -> dict[str, Any]:
    value = {"name": step.name, "op": step.op, "of": step.of, **_matrix(step.result)}
    if step.params:
        value["params"] = _params(step.params)
    if step.decimals is not None:
        value["round"] = step.decimals
    if step.used is not None:
        value["used"] = step.used
    return value


def _matrix(matrix: Matrix) -> dict[str, Any]:
    value = {"values": cells(matrix.values), "rows": matrix.rows, "cols": matrix.cols}
    if matrix.values.dtype == "float32":
        value["dtype"] = "float32"
    if matrix.origin:
        value["origin"] = matrix.origin
    return value


def cells(values: Array) -> Any:
    """The rows of a matrix, in a form that orjson writes fast."""
    import numpy as np

    array = np.ascontiguousarray(values, dtype=np.float64)
    if not array.size:
        return array.tolist()
    return array if np.isfinite(array).all() else _with_names(array)


def _with_names(array: Array) -> list[Any]:
    """Rows with names for what JSON has no numbers for, some rows at a time: as many as stay in a processor's cache."""
    height = max(1, _BLOCK // array.shape[1])
    return [_block(array[top : top + height]) for top in range(0, len(array), height)]


def _block(rows: Array) -> Any:
    """The text of some rows.

    Numbers that do not occur in the rows stand in for the three, and their texts are replaced in what orjson
    wrote: many times faster than a Python object a cell. No other number's text contains a stand-in's, which
    begins with its sign and ends with its exponent.
    """
    import numpy as np
    import orjson

    copy = rows.copy()
    names: list[tuple[bytes, bytes]] = []
    for name, number, stand_in in _STAND_INS:
        where = np.isnan(rows) if math.isnan(number) else rows == number
        if not where.any():
            continue
        while (copy == stand_in).any():
            stand_in = float(np.nextafter(stand_in, 0.0))
        np.putmask(copy, where, stand_in)
        names.append((orjson.dumps(stand_in), f'"{name}"'.encode()))
    text = orjson.dumps(copy, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]
    for stand_in_text, quoted in names:
        text = text.replace(stand_in_text, quoted)
    return orjson.Fragment(text)


def _params(params: dict[str, Parameter]) -> dict[str, Any]:
    return {
        name: [_scalar(item) for item in value] if isinstance(value, (list, tuple)) else _scalar(value)
        for name, value in params.items()
    }


def _scalar(value: Any) -> Any:
    if isinstance(value, Real) and not isinstance(value, Integral):
        number = float(value)
        return "NaN" if math.isnan(number) else _NAMES.get(number, number)
    if isinstance(value, str) and value in _WORDS:
        return {"text": value}  # a word, not the number that the bare string stands for
    return value


def _unwritable(sheet: Worksheet, message: str) -> InputError:
    """Say which word or number JSON cannot hold: text that is not Unicode, a number beyond 64 bits."""
    from tmat.visible import visible

    words: list[str] = [*sheet.tokens, *(sheet.vocabulary.words if sheet.vocabulary else ())]
    for stage in sheet.stages:
        words += [
            stage.id,
            stage.output,
            *stage.notes,
            *(value for value in stage.params.values() if isinstance(value, str)),
        ]
        for matrix in (*stage.given.values(), *(step.result for step in stage.steps)):
            words += [matrix.name, matrix.origin, *matrix.rows, *matrix.cols]
        for name, value in stage.params.items():
            if isinstance(value, int) and value.bit_length() > 64:
                return InputError(
                    f"{stage.id} cannot be written as JSON: {visible(name)} is beyond 64 bits",
                    mend=f"choose a {visible(name)} below 18446744073709551616",
                )
    for word in words:
        if any("\ud800" <= character <= "\udfff" for character in word):
            return InputError(
                f"'{visible(word, 60)}' cannot be written as JSON: it is not Unicode text",
                "expected words in UTF-8",
            )
    return InputError("the worksheet cannot be written as JSON", visible(message))


def dump(sheets: Sequence[Worksheet], look: object, name: str) -> dict[str, bytes]:
    """Worksheets as lines of JSON."""
    return {name: b"".join(dumps(sheet) for sheet in sheets)}


FORMAT = Format((".json", ".jsonl"), dump)
