from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest

from tmat.errors import InputError
from tmat.reading.worksheet_json import loads
from tmat.rendering.formats.json import dumps
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

SHEET: dict[str, Any] = {
    "tmat": 1,
    "vocabulary": {"words": ["I", "drink"], "first_id": 1},
    "tokens": ["When", "you"],
    "stages": [
        {
            "id": "attention",
            "stage": "attention",
            "params": {"d_k": 6, "causal": False, "mask": None, "heads": [1, 2.5], "lost": "-Infinity"},
            "given": {"X": {"values": [[1, 2], [3, 4]], "rows": ["When", "you"], "cols": ["1", "2"]}},
            "steps": [
                {"name": "Q", "op": "matmul", "of": ["X", "X"], "values": [[1, "-Infinity"], [3, 4.5]]},
            ],
            "output": "Q",
        }
    ],
}


def changed(path: list[str | int], value: Any = None, *, remove: bool = False) -> bytes:
    sheet: Any = copy.deepcopy(SHEET)
    at = sheet
    for key in path[:-1]:
        at = at[key]
    if remove:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return json.dumps(sheet).encode()


def test_a_sheet_is_read() -> None:
    sheet = loads(json.dumps(SHEET).encode())
    stage = sheet["attention"]
    assert stage.params == {"d_k": 6, "causal": False, "mask": None, "heads": [1, 2.5], "lost": float("-inf")}
    assert stage["Q"].rows == ("1", "2")
    assert stage["Q"].values.tolist() == [[1.0, float("-inf")], [3.0, 4.5]]
    assert stage.result is stage["Q"]


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (["tmat"], 2, "$.tmat is 2"),
        (["tmat"], "1", '$.tmat is "1"'),
        (["tokens"], "When", '$.tokens is "When"'),
        (["tokens", 1], 7, "$.tokens[1] is 7"),
        (["vocabulary", "words"], ["I", "I"], '$.vocabulary.words[1] is "I", as is word 0'),
        (["vocabulary", "first_id"], 1.5, "$.vocabulary.first_id is 1.5"),
        (["stages"], {}, "$.stages is an object"),
        (["stages", 0], 3, "$.stages[0] is 3"),
        (["stages", 0, "id"], None, "$.stages[0].id is null"),
        (["stages", 0, "output"], "W", '$.stages[0].output is "W"'),
        (["stages", 0, "params", "d_k"], [[1]], "$.stages[0].params.d_k[0] is an array of 1"),
        (["stages", 0, "params", "d_k"], [1, "a"], "$.stages[0].params.d_k mixes numbers and words"),
        (["stages", 0, "params", "a b"], {"x": 1}, '$.stages[0].params["a b"] is an object'),
        (["stages", 0, "given", "X"], [[1]], "$.stages[0].given.X is an array of 1"),
        (["stages", 0, "given", "X", "values"], 1, "$.stages[0].given.X.values is 1"),
        (["stages", 0, "given", "X", "values", 1], [1], "$.stages[0].given.X.values[1] has 1 number"),
        (["stages", 0, "given", "X", "values", 1, 0], None, "$.stages[0].given.X.values[1][0] is null"),
        (["stages", 0, "given", "X", "values", 1, 0], True, "$.stages[0].given.X.values[1][0] is true"),
        (["stages", 0, "given", "X", "values", 0, 1], "b", '$.stages[0].given.X.values[0][1] is "b"'),
        (["stages", 0, "given", "X", "values", 0, 1], [2], "$.stages[0].given.X.values[0][1] is an array of 1"),
        (["stages", 0, "given", "X", "rows"], ["a"], "$.stages[0].given.X.rows has 1 label"),
        (["stages", 0, "given", "X", "cols", 1], None, "$.stages[0].given.X.cols[1] is null"),
        (["stages", 0, "steps", 0, "values", 0, 0], "inf", '$.stages[0].steps[0].values[0][0] is "inf"'),
        (["stages", 0, "steps", 0, "values", 1, 1], False, "$.stages[0].steps[0].values[1][1] is false"),
        (["stages", 0, "steps", 0, "dtype"], "int8", '$.stages[0].steps[0].dtype is "int8"'),
        (["stages", 0, "steps", 0, "round"], 2.5, "$.stages[0].steps[0].round is 2.5"),
        (["stages", 0, "steps", 0, "round"], 1_000_000_000, "$.stages[0].steps[0].round is 1000000000"),
        (["stages", 0, "steps", 0, "used"], -1, "$.stages[0].steps[0].used is -1"),
        (["stages", 0, "steps", 0, "of"], ["X", 1], "$.stages[0].steps[0].of[1] is 1"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(path: list[str | int], value: Any, line: str) -> None:
    with pytest.raises(InputError) as error:
        loads(changed(path, value), "key.json")
    lines = str(error.value).splitlines()
    assert lines[0] == line
    assert lines[1] == "  in key.json"
    assert lines[2].startswith("  expected ")


def test_a_number_that_its_type_cannot_hold_is_refused() -> None:
    text = b'{"tmat": 1, "stages": [{"id": "s", "stage": "s", "steps": [], "output": "", "given": {"X": X}}]}'
    with pytest.raises(InputError) as error:
        loads(text.replace(b"X}", b'{"values": [[1, 1], [2, -3.5e38]], "dtype": "float32"}}'), "x.json")
    lines = ["$.stages[0].given.X.values[1][1] is -3.5e+38", "  in x.json", "  expected a number that float32 holds"]
    assert str(error.value).splitlines() == lines
    sheet = loads(text.replace(b"X}", b'{"values": [[3.4e38, "Infinity"]], "dtype": "float32"}}'))
    assert sheet.stages[0].given["X"].values.tolist() == [[float(np.float32(3.4e38)), np.inf]]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (["tmat"], '$ has no "tmat"'),
        (["stages"], '$ has no "stages"'),
        (["stages", 0, "steps"], '$.stages[0] has no "steps"'),
        (["stages", 0, "output"], '$.stages[0] has no "output"'),
        (["stages", 0, "given", "X", "values"], '$.stages[0].given.X has no "values"'),
        (["stages", 0, "steps", 0, "op"], '$.stages[0].steps[0] has no "op"'),
    ],
)
def test_what_is_missing_is_named(path: list[str | int], line: str) -> None:
    with pytest.raises(InputError) as error:
        loads(changed(path, remove=True))
    assert str(error.value).splitlines()[0] == line


def test_what_is_wrong_says_what_was_expected() -> None:
    with pytest.raises(InputError) as error:
        loads(changed(["stages", 0, "steps", 0, "values", 1, 1], "4.5"), "key.json")
    assert str(error.value) == (
        '$.stages[0].steps[0].values[1][1] is "4.5"\n'
        "  in key.json\n"
        '  expected a number, or one of "-Infinity", "Infinity", "NaN"\n'
        "  write the number without quotes"
    )


@pytest.mark.parametrize(
    "path",
    [["made_by"], ["vocabulary", "merges"], ["stages", 0, "gradient"], ["stages", 0, "given", "X", "unit"], ["stages", 0, "steps", 0, "kind"]],
)  # fmt: skip
@pytest.mark.parametrize("value", ["a word", [[1, 2]], {"stages": 3}, None])
def test_fields_that_it_does_not_know_are_passed_over(path: list[str | int], value: Any) -> None:
    assert dumps(loads(changed(path, value))) == dumps(loads(json.dumps(SHEET).encode()))


def test_ids_and_step_names_are_not_repeated() -> None:
    with pytest.raises(InputError, match=r"\$.stages\[1\].id is \"attention\", as is \$.stages\[0\].id"):
        loads(changed(["stages"], SHEET["stages"] * 2))
    with pytest.raises(InputError, match=r"\$.stages\[0\].steps\[1\].name is \"Q\" once more"):
        loads(changed(["stages", 0, "steps"], SHEET["stages"][0]["steps"] * 2))


def test_empty_matrices_keep_their_shape() -> None:
    wide = loads(changed(["stages", 0, "given", "X"], {"values": [], "rows": [], "cols": ["a", "b"]}))
    assert wide["attention"]["X"].values.shape == (0, 2)
    tall = loads(changed(["stages", 0, "given", "X"], {"values": [[], []]}))
    assert tall["attention"]["X"].values.shape == (2, 0)


def test_large_whole_numbers_are_floats() -> None:
    sheet = loads(changed(["stages", 0, "given", "X", "values"], [[10**30, 2**64], [2**53 + 1, 0]]))
    assert sheet["attention"]["X"].values.tolist() == [[1e30, float(2**64)], [float(2**53), 0.0]]


def test_escapes_in_keys_are_shown_not_sent() -> None:
    with pytest.raises(InputError) as error:
        loads(changed(["stages", 0, "given", "\x1b[31m\n"], 1))
    assert str(error.value).startswith(r'$.stages[0].given["\x1b[31m\n"] is 1')


@pytest.mark.parametrize("odd", [(-np.inf,) * 3, (np.inf,) * 3, (np.nan,) * 3, (-np.inf, np.inf, np.nan)])
def test_rows_with_names_are_written_to_the_bit(odd: tuple[float, float, float]) -> None:
    values = np.random.default_rng(5).normal(size=(9, 6))
    values[[0, 4, 8], [0, 1, 5]] = odd[0]
    values[[0, 3], [1, 0]] = odd[1]
    values[[0, 7], [2, 2]] = odd[2]
    values[6] = -0.0, 5e-324, 1e300, -1.01e300, -1.0009999999999999e300, 1.7976931348623157e308
    text = dumps(Worksheet([Stage("a", "x", steps=[Step(Matrix.of("Z", values), "x", ())], output="Z")]))
    names = {"-Infinity": -np.inf, "Infinity": np.inf, "NaN": np.nan}
    written = json.loads(text)["stages"][0]["steps"][0]["values"]
    assert np.array([[names.get(cell, cell) for cell in row] for row in written]).tobytes() == values.tobytes()
    assert loads(text)["a"]["Z"].values.tobytes() == values.tobytes()
