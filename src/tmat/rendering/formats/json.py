"""A worksheet as one line of JSON that reads back to the same bits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import orjson

from tmat.engine.limits import refuse_document
from tmat.errors import InputError
from tmat.rendering.formats import Format
from tmat.sheet.worksheet import Array, Matrix, Parameter, Stage, Step, Worksheet
from tmat.text.vocabulary import Vocabulary
from tmat.visible import visible

VERSION = 1
SHARED = 256
"""The size, in cells, from which a given matrix that an earlier stage was given too is written as a reference. A smaller
one is written again: it takes a few kilobytes, and every program can read it."""
_USUAL = Vocabulary(())
_NAMES = {math.inf: "Infinity", -math.inf: "-Infinity"}
_WORDS = frozenset(("NaN", "Infinity", "-Infinity"))


def dumps(sheet: Worksheet) -> bytes:
    r"""The worksheet in strict JSON, one line; −∞, ∞ and NaN are the strings "-Infinity", "Infinity", "NaN".

    Numbers are written in the fewest digits that read back to the same bits. A float32 matrix is written with
    its values as float64, and "dtype": "float32" beside them. Given matrices are named by their key; a large one that an earlier stage
    was given too is {"same": [id of that stage, key there]}.

    >>> dumps(Worksheet(tokens=("When", "you")))
    b'{"tmat":1,"tokens":["When","you"],"stages":[]}\n'
    """
    try:
        text = orjson.dumps(_sheet(sheet), option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError as error:
        raise _unwritable(sheet, str(error)) from None
    refuse_document(len(text), "it could not be read again")
    return text


def _sheet(sheet: Worksheet) -> dict[str, Any]:
    value: dict[str, Any] = {"tmat": VERSION}
    if sheet.vocabulary is not None:
        value["vocabulary"] = _vocabulary(sheet.vocabulary)
    value["tokens"] = sheet.tokens
    written = _Written()
    value["stages"] = [_stage(stage, written) for stage in sheet.stages]
    return value


def _vocabulary(vocabulary: Vocabulary) -> dict[str, Any]:
    value: dict[str, Any] = {"words": vocabulary.words, "first_id": vocabulary.first_id}
    if vocabulary.case != _USUAL.case:
        value["case"] = vocabulary.case
    if vocabulary.tokenizer != _USUAL.tokenizer:
        value["tokenizer"] = vocabulary.tokenizer
    return value


class _Written:
    """The large matrices that the stages so far were given, and the stage and key under which each is written."""

    def __init__(self) -> None:
        self._places: dict[tuple[object, ...], tuple[list[str], Matrix]] = {}
        self._content: dict[int, tuple[object, ...]] = {}  # by the id of the array, which the worksheet keeps alive

    def given(self, stage: Stage) -> dict[str, Any]:
        """The given matrices of a stage, each in full or as a reference to an earlier stage's."""
        fields: dict[str, Any] = {}
        new: dict[tuple[object, ...], tuple[list[str], Matrix]] = {}
        for name, matrix in stage.given.items():
            large = matrix.values.size >= SHARED
            content = self._content_of(matrix.values) if large else ()
            key, first = self._places.get(content, ([], matrix))
            if key and (first.rows, first.cols) == (matrix.rows, matrix.cols):
                fields[name] = {"same": key, **({"origin": matrix.origin} if matrix.origin else {})}
                continue
            fields[name] = _matrix(matrix)
            if large:
                new[content] = [stage.id, name], matrix
        self._places |= new
        return fields

    def _content_of(self, values: Array) -> tuple[object, ...]:
        """A key that is equal for arrays with the same bits: shape, type, digest."""
        digest = self._content.get(id(values))
        if digest is None:
            from hashlib import blake2b  # loads OpenSSL: for large matrices alone

            digest = values.shape, values.dtype.str, blake2b(values.tobytes()).digest()
            self._content[id(values)] = digest
        return digest


def _stage(stage: Stage, written: _Written) -> dict[str, Any]:
    return {
        "id": stage.id,
        "stage": stage.stage,
        "params": _params(stage.params),
        **({"notes": stage.notes} if stage.notes else {}),
        "given": written.given(stage),
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
    """The rows of a matrix as orjson takes them, with names for the numbers that JSON lacks."""
    import numpy as np  # not at the top: a vocabulary has no matrices and is written faster without NumPy

    array = np.ascontiguousarray(values, dtype=np.float64)
    if not array.size:
        return array.tolist()
    where = {"NaN": np.isnan(array), "Infinity": array == np.inf, "-Infinity": array == -np.inf}
    names = [name for name, places in where.items() if places.any()]
    if not names:
        return array
    if len(names) == 1:  # as in every causal mask; orjson writes null for each
        text = orjson.dumps(array, option=orjson.OPT_SERIALIZE_NUMPY)
        return orjson.Fragment(text.replace(b"null", f'"{names[0]}"'.encode()))
    named = array.astype(object)
    for name in names:
        named[where[name]] = name
    return named.tolist()


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
        return {"text": value}  # the word, not the number that the bare string means
    return value


def _unwritable(sheet: Worksheet, message: str) -> InputError:
    """An error that names what JSON cannot hold: text that is not Unicode, or an integer beyond 64 bits."""
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
