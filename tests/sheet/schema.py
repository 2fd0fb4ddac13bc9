"""The JSON Schema of a worksheet, derived from the types that flow.

>>> schema()["properties"]["stages"]["items"]["$ref"]
'#/$defs/Stage'
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet
from tmat.text.vocabulary import Vocabulary

CELL: dict[str, Any] = {
    "anyOf": [{"type": "number"}, {"enum": ["-Infinity", "Infinity", "NaN"]}],
    "description": "a float64 that reads back to the same bits",
}
WORDS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
SCALAR: dict[str, Any] = {"type": ["number", "string", "boolean", "null"]}
PARAMS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {"anyOf": [SCALAR, {"type": "array", "items": {"type": ["number", "string"]}}]},
}
INTEGER: dict[str, Any] = {"type": "integer"}
TEXT: dict[str, Any] = {"type": "string"}
BARE: dict[str, dict[str, Any]] = {
    "values": {"type": "array", "items": {"type": "array", "items": CELL}},
    "rows": WORDS,
    "cols": WORDS,
    "origin": TEXT,
}
SAME: dict[str, Any] = {
    "description": "the matrix that an earlier stage was given: that stage's id, and the matrix's name there",
    "type": "object",
    "properties": {"same": {**WORDS, "minItems": 2, "maxItems": 2}, "origin": TEXT},
    "required": ["same"],
}
GIVEN: dict[str, Any] = {"type": "object", "additionalProperties": {"anyOf": [{"$ref": "#/$defs/Matrix"}, SAME]}}

# How each field of a type is written: its name in JSON and its schema. A field that is missing here fails a test.
WRITTEN: dict[type, dict[str, dict[str, dict[str, Any]]]] = {
    Matrix: {"name": {}, **{name: {name: form} for name, form in BARE.items()}},
    Step: {
        "result": {"name": TEXT, **BARE},
        "op": {"op": TEXT},
        "of": {"of": WORDS},
        "params": {"params": PARAMS},
        "decimals": {"round": INTEGER},
        "used": {"used": INTEGER},
    },
    Stage: {
        "id": {"id": TEXT},
        "stage": {"stage": TEXT},
        "params": {"params": PARAMS},
        "notes": {"notes": WORDS},
        "given": {"given": GIVEN},
        "steps": {"steps": {"type": "array", "items": {"$ref": "#/$defs/Step"}}},
        "output": {"output": TEXT},
        "remarks": {},
    },
    Vocabulary: {
        "words": {"words": WORDS},
        "first_id": {"first_id": INTEGER},
        "case": {"case": {"enum": ["fold", "keep"]}},
        "tokenizer": {"tokenizer": {"enum": ["words", "chars"]}},
    },
    Worksheet: {
        "stages": {"tmat": {"const": 1}, "stages": {"type": "array", "items": {"$ref": "#/$defs/Stage"}}},
        "vocabulary": {"vocabulary": {"$ref": "#/$defs/Vocabulary"}},
        "tokens": {"tokens": WORDS},
        "page": {},
        "cover": {},
    },
}
REQUIRED = {
    Matrix: ["values"],
    Step: ["name", "op", "of", "values"],
    Stage: ["id", "stage"],
    Vocabulary: ["words"],
    Worksheet: ["tmat", "stages"],
}


def schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of what every command reads and writes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tmat worksheet",
        **_object(Worksheet),
        "$defs": {kind.__name__: _object(kind) for kind in (Matrix, Step, Stage, Vocabulary)},
    }


def _object(kind: type) -> dict[str, Any]:
    written = WRITTEN[kind]
    properties: dict[str, Any] = {}
    for own in fields(kind):
        if own.init:
            properties.update(written[own.name])
    properties["dtype"] = {"const": "float32"}
    if kind not in (Matrix, Step):
        del properties["dtype"]
    return {
        "description": (kind.__doc__ or "").partition("\n")[0],
        "type": "object",
        "properties": properties,
        "required": REQUIRED[kind],
    }
