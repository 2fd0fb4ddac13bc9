from __future__ import annotations

import dataclasses
import json
import math
import struct

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tmat.errors import InputError
from tmat.reading.worksheet_json import loads
from tmat.rendering.formats.json import dumps
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet
from tmat.text.vocabulary import Vocabulary

ODD = ('"', "\\", "a\nb", "שלום", "👩‍🔬", "</script>", "\x1b[31m", "", "NaN", "=1+1", "\u2028")
labels = st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=("Cs",)), max_size=4))
numbers = st.one_of(
    st.floats(allow_nan=False),
    st.sampled_from([-0.0, 5e-324, 1e308, -1.001e300, -1.01e300, -1e300, math.inf, -math.inf, math.nan, 0.1 + 0.2]),
)
scalars = st.one_of(numbers, st.integers(-(2**63), 2**64 - 1), labels, st.booleans(), st.none())
params = st.dictionaries(
    labels, st.one_of(scalars, st.lists(numbers, max_size=3), st.lists(labels, max_size=3)), max_size=3
)
names = st.sampled_from(["Q", "layer1.W_Q", "scores", "Z", "ν", 'odd "name"'])


@st.composite
def matrices(draw: st.DrawFn, name: str) -> Matrix:
    height, width = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    dtype = draw(st.sampled_from([np.float64, np.float64, np.float32]))
    with np.errstate(over="ignore"):
        values = np.array([draw(numbers) for _ in range(height * width)], dtype=np.float64).astype(dtype)
    return Matrix.of(
        name,
        values.reshape(height, width),
        [draw(labels) for _ in range(height)],
        [draw(labels) for _ in range(width)],
        draw(st.sampled_from(["", "wq.csv"])),
    )


@st.composite
def worksheets(draw: st.DrawFn) -> Worksheet:
    stages = []
    for stage_id in draw(st.lists(labels, max_size=2, unique=True)):
        given_names = draw(st.lists(names, max_size=2, unique=True))
        step_names = draw(st.lists(names, min_size=1, max_size=3, unique=True))
        steps = [
            Step(
                draw(matrices(name)),
                draw(labels),
                tuple(draw(st.lists(labels, max_size=2))),
                draw(params),
                draw(st.one_of(st.none(), st.integers(0, 9))),
                draw(st.one_of(st.none(), st.integers(0, 9))),
            )
            for name in step_names
        ]
        stages.append(
            Stage(
                id=stage_id,
                stage=draw(labels),
                params=draw(params),
                notes=tuple(draw(st.lists(labels, max_size=2))),
                given={name: draw(matrices(name)) for name in given_names},
                steps=steps,
                output=step_names[-1],
            )
        )
    words = tuple(draw(st.lists(labels, max_size=4, unique=True)))
    known = Vocabulary(words, draw(st.integers(0, 3)), draw(st.sampled_from(["fold", "keep"])))
    return Worksheet(stages, draw(st.sampled_from([None, known])), tuple(draw(st.lists(labels, max_size=3))))


def same_number(a: object, b: object) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return (math.isnan(a) and math.isnan(b)) or struct.pack("d", a) == struct.pack("d", b)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same_number, a, b))
    return type(a) is type(b) and a == b


def assert_same_params(a: dict[str, object], b: dict[str, object]) -> None:
    assert list(a) == list(b)
    assert all(same_number(a[name], b[name]) for name in a), (a, b)


def assert_same_matrix(a: Matrix, b: Matrix) -> None:
    assert (a.name, a.rows, a.cols, a.origin) == (b.name, b.rows, b.cols, b.origin)
    assert a.values.dtype == b.values.dtype
    assert a.values.shape == b.values.shape
    nan = np.isnan(a.values)
    assert np.array_equal(nan, np.isnan(b.values))
    assert a.values[~nan].tobytes() == b.values[~nan].tobytes()


@given(worksheets())
@example(
    Worksheet([Stage("a", "a", {}, (), {}, [Step(Matrix.of("Z", [[math.nan, -1e300, -1e30, -1e-300]]), "x", ())], "Z")])
)
@example(
    Worksheet([Stage("a", "a", {}, (), {}, [Step(Matrix.of("Z", [[-math.inf, -1.001e300, math.inf]]), "x", ())], "Z")])
)
def test_a_worksheet_reads_back_to_the_same_bits(sheet: Worksheet) -> None:
    data = dumps(sheet)
    back = loads(data)
    assert back.tokens == sheet.tokens
    assert back.vocabulary == sheet.vocabulary
    assert len(back.stages) == len(sheet.stages)
    for a, b in zip(sheet, back, strict=True):
        assert (a.id, a.stage, a.notes, a.output) == (b.id, b.stage, b.notes, b.output)
        assert_same_params(a.params, b.params)
        assert list(a.given) == list(b.given)
        for name in a.given:
            assert_same_matrix(a.given[name], b.given[name])
        for s, t in zip(a.steps, b.steps, strict=True):
            assert (s.op, s.of, s.decimals, s.used) == (t.op, t.of, t.decimals, t.used)
            assert_same_params(s.params, t.params)
            assert_same_matrix(s.result, t.result)
    assert dumps(back) == data


def _refuse_constant(name: str) -> float:
    raise AssertionError(f"{name} is not strict JSON")


@given(worksheets())
def test_the_text_is_one_line_of_strict_json(sheet: Worksheet) -> None:
    data = dumps(sheet)
    assert data.endswith(b"\n")
    assert data.count(b"\n") == 1
    json.loads(data, parse_constant=_refuse_constant)


def test_the_form_is_the_documented_one() -> None:
    x = Matrix.of("X", [[0.5, 2.0]], ["When"], ["a", "b"], "x.csv")
    q = Matrix.of("Q", [[-math.inf, -0.0]], ["When"], None)
    stage = Stage("attention", "attention", {"d_k": 6, "mask": -math.inf}, ("one head",), {"X": x}, output="Q")
    stage.steps.append(Step(q, "matmul", ("X", "W_Q"), {"scale": math.inf}, decimals=2, used=1))
    value = json.loads(dumps(Worksheet([stage], Vocabulary(("I", "drink"), 1), ("When",))))
    assert value == {
        "tmat": 1,
        "vocabulary": {"words": ["I", "drink"], "first_id": 1},
        "tokens": ["When"],
        "stages": [
            {
                "id": "attention",
                "stage": "attention",
                "params": {"d_k": 6, "mask": "-Infinity"},
                "notes": ["one head"],
                "given": {"X": {"values": [[0.5, 2.0]], "rows": ["When"], "cols": ["a", "b"], "origin": "x.csv"}},
                "steps": [
                    {
                        "name": "Q",
                        "op": "matmul",
                        "of": ["X", "W_Q"],
                        "values": [["-Infinity", -0.0]],
                        "rows": ["When"],
                        "cols": ["1", "2"],
                        "params": {"scale": "Infinity"},
                        "round": 2,
                        "used": 1,
                    }
                ],
                "output": "Q",
            }
        ],
    }


def test_no_field_is_left_behind() -> None:
    """A field added to the types must be added to the JSON too, or it is lost in a pipe; but remarks are for pages alone."""
    fields = {kind.__name__: {field.name for field in dataclasses.fields(kind)} for kind in (Worksheet, Stage, Step)}
    assert fields == {
        "Worksheet": {"stages", "vocabulary", "tokens", "page", "cover"},
        "Stage": {"id", "stage", "params", "notes", "given", "steps", "output", "remarks"},
        "Step": {"result", "op", "of", "params", "decimals", "used"},
    }
    assert {field.name for field in dataclasses.fields(Matrix)} == {"name", "values", "rows", "cols", "origin"}
    assert {f.name for f in dataclasses.fields(Vocabulary) if f.init} == {"words", "first_id", "case", "tokenizer"}


def test_a_view_of_any_order_is_written_row_by_row() -> None:
    values = np.arange(12.0).reshape(3, 4)
    for view in (values.T, values[::2, ::-1], values.astype(">f8"), values.astype(np.float16)):
        stage = Stage("a", "a", steps=[Step(Matrix.of("Z", view), "x", ())], output="Z")
        assert np.array_equal(loads(dumps(Worksheet([stage])))["a"]["Z"].values, view.astype(np.float64))


def test_a_token_that_is_no_text_is_named() -> None:
    with pytest.raises(InputError) as error:
        dumps(Worksheet(tokens=("When", "caf\udce9")))
    assert str(error.value).splitlines()[0] == r"'caf\udce9' cannot be written as JSON: it is not Unicode text"


def test_a_seed_beyond_64_bits_is_named() -> None:
    with pytest.raises(InputError, match="attention cannot be written as JSON: seed is beyond 64 bits"):
        dumps(Worksheet([Stage("attention", "attention", {"seed": 2**64})]))
