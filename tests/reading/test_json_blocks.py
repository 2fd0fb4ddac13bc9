"""Large matrices are read in blocks of rows: the same numbers, the same errors as when a text is parsed whole."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tmat.errors import InputError
from tmat.reading import json_blocks, json_text, loads, read_documents
from tmat.rendering.formats.json import dumps
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

quick = settings(derandomize=True, max_examples=400, deadline=None)


@contextmanager
def reading(least: int, block: int = 1) -> Iterator[list[int]]:
    """Matrices of so many bytes are read in blocks of so many; how many were is counted."""
    counted: list[int] = []

    def put_back(value: Any, matrices: json_blocks.Matrices) -> Any:
        found = _put_back(value, matrices)
        counted.append(len(matrices))
        return found

    _put_back = json_blocks.put_back
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "LARGE", least)
        patch.setattr(json_blocks, "BLOCK", block)
        patch.setattr(json_blocks, "put_back", put_back)
        yield counted


def outcome(text: bytes) -> object:
    """All that a reader of the text can see: every bit, or every word of the error."""
    try:
        return [described(document) for document in read_documents(BytesIO(text), "a.json")]
    except InputError as error:
        return str(error)


def described(document: Worksheet | dict[str, Matrix]) -> object:
    if isinstance(document, dict):
        return {name: bits(matrix) for name, matrix in document.items()}
    stages = [
        (s.id, s.stage, repr(s.params), {name: bits(m) for name, m in s.given.items()}, [bits(t.result) for t in s.steps])
        for s in document
    ]  # fmt: skip
    return document.tokens, document.vocabulary, stages


def bits(matrix: Matrix) -> object:
    values = matrix.values
    assert values.flags.writeable and values.flags.c_contiguous
    return matrix.name, matrix.rows, matrix.cols, matrix.origin, values.dtype, values.shape, values.tobytes()


def assert_the_same(text: bytes, *, in_blocks: int | None = None, least: int = 1) -> object:
    with reading(1 << 40):
        whole = outcome(text)
    for block in (1, 25, 1 << 14):
        with reading(least, block) as counted:
            assert outcome(text) == whole
        if in_blocks is not None:
            assert sum(counted) == in_blocks
    return whole


NUMBERS = (
    "0", "-0", "-0.0", "1", "2.5", "1e308", "5e-324", "1E5", "18446744073709551615", "18446744073709551616", "-9007199254740993",
)  # fmt: skip
NAMES = ('"-Infinity"', '"Infinity"', '"NaN"')
STAND_INS = tuple(stand_in.decode() for _, stand_in, _ in json_blocks._STAND_INS)
WRONG = (
    "true", "false", "null", '"x"', "[1]", "{}", "[]", "1e999", "-", "01", "NaN", '"\\u004eaN"', '"nan"', '-"NaN"', '"NaN"0', "",
)  # fmt: skip
WORDS = (
    '"a"', '"-Infinity"', '"]]"', '"[[1,2]]"', '": [[1],[2]]"', '"\\"values\\":[[1]]"', '"\ufdd00"', '"\\uFdD00"', '"\ufdd01"',
    '"\\\\"', '"é"',
)  # fmt: skip
KEYS = (
    '"values"', '"X"', '"Q"', '"rows"', '"a]b"', '"a\\"values"', '"\\u0056"', '":"', '"}"', '"\ufdd00"', '"tmat"', '"stages"',
)  # fmt: skip
ASTRAY = ("", '"', "[", "]", "{", "}", ":", ",", "\\", " ", "0", "-", "e", "]]", "[[", "é", "\x00", '"NaN"')

blank = st.sampled_from(["", "", "", " ", "\n", " \t\r\n"])
good = st.one_of(st.sampled_from((*NUMBERS, *NAMES)), st.floats(allow_nan=False, allow_infinity=False).map(repr))
odd = st.one_of(good, st.sampled_from((*STAND_INS, *WRONG)))


@st.composite
def matrix_texts(draw: st.DrawFn) -> str:
    cell = draw(st.sampled_from([good, good, good, odd]))
    height, width = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    inner, outer = (f"{draw(blank)},{draw(blank)}" for _ in range(2))
    rows = [[draw(cell) for _ in range(width)] for _ in range(height)]
    if rows and draw(st.integers(0, 9)) == 0:
        rows[draw(st.integers(0, height - 1))].append(draw(cell))
    return f"[{draw(blank)}{outer.join(f'[{inner.join(row)}]' for row in rows)}{draw(blank)}]"


def objects(values: st.SearchStrategy[str], keys: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.lists(
        st.tuples(keys, blank, values).map(lambda pair: f"{pair[0]}{pair[1]}:{pair[1]}{pair[2]}"), max_size=4
    )
    return pairs.map(lambda all: "{" + ", ".join(all) + "}")


anything = st.one_of(matrix_texts(), st.sampled_from((*WORDS, "1", "null", "[]", '["a", "]]"]')))
unlabelled = matrix_texts().map(lambda text: f'{{"values":{text}}}')
labelled = st.tuples(matrix_texts(), st.lists(st.sampled_from(WORDS), max_size=3)).map(
    lambda both: f'{{"values": {both[0]}, "rows": [{", ".join(both[1])}]}}'
)
entries = st.one_of(unlabelled, unlabelled, unlabelled, labelled, objects(anything, st.sampled_from(KEYS)), anything)
named = objects(entries, st.sampled_from(KEYS))
params = st.sampled_from(["", "", ', "params":{"n": "NaN"}', ', "params":{"values":[[1,2]]}'])
steps = st.lists(
    st.tuples(st.sampled_from(WORDS), st.one_of(matrix_texts(), matrix_texts(), anything), params).map(
        lambda s: f'{{"name": {s[0]}, "op": "x", "of": [{s[0]}], "values":{s[1]}{s[2]}}}'
    ),
    max_size=2,
).map(lambda all: f"[{','.join(all)}]")


def sheet_text(parts: tuple[str, str, bool]) -> str:
    given, steps, given_last = parts
    both = (f'"given": {given}', f'"steps": {steps}')
    return (
        '{"tmat": 1, "tokens": ["[[", "-Infinity"], "stages": [{"id": "a", "stage": "b", '
        f'{", ".join(both[::-1] if given_last else both)}, "output": ""}}]}}'
    )


given_values = objects(st.one_of(unlabelled, unlabelled, unlabelled, entries), st.sampled_from(KEYS))
sheets = st.tuples(given_values, steps, st.booleans()).map(sheet_text)
documents = st.one_of(named, sheets, matrix_texts(), entries, matrix_texts().map(lambda text: f"[{text}]"))


@quick
@given(documents)
@example('{"values":[[1,2],[3,4]],"X":"\ufdd00"}')
@example('{"values":"\ufdd00", "stages":[[0]]}')
@example('{"values":"\\ufdd00", "stages":[[0]]}')
@example('{"X":{"values":"\ufdd00"},"Q":{"values":[[1,"NaN"]]}}')
@example('{"X":[[1,2]],"X":"\ufdd00"}')
@example('{"stages":[[0]]}')
@example('[{"values":[[1]],"values":[[2]]}]')
def test_blocks_read_as_the_whole_does(text: str) -> None:
    assert_the_same(text.encode())


@quick
@given(documents, st.data())
def test_broken_texts_have_one_error(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    gone = data.draw(st.integers(0, 2))
    put = data.draw(st.sampled_from(ASTRAY))
    assert_the_same((text[:at] + put + text[at + gone :]).encode())


@pytest.mark.parametrize("shape", [(3, 2), (1, 7), (40, 1), (25, 30)])
@pytest.mark.parametrize("compact", [True, False])
def test_what_tmat_writes_is_read_in_blocks(shape: tuple[int, int], compact: bool) -> None:
    values = np.random.default_rng(3).normal(size=shape)
    values[values < -0.5] = -np.inf
    values[values > 1.5] = np.nan
    given = {"X": Matrix.of("X", values), "Y": Matrix.of("Y", values.astype(np.float32))}
    stage = Stage("a", "attention", {}, (), given, [Step(Matrix.of("Z", abs(values)), "abs", ("X",))], "Z")
    text = dumps(Worksheet([stage]))
    assert_the_same(text if compact else json.dumps(json.loads(text), indent=2).encode(), in_blocks=3)
    with reading(1):
        assert loads(text)["a"]["X"].values.tobytes() == values.tobytes()


@pytest.mark.parametrize(
    ("text", "in_blocks"),
    [
        ('[[1, "-Infinity"], [2, 3]]', 1),
        (' [ [1,\n"NaN"], [2, 3] ]', 1),
        ('{"Q": [[1, 2]], "K": {"values": [["Infinity", -0.0]]}, "n": 3}', 2),
        ('{"values": [[1, 2]]}', 1),
        ('{"a]b": [[1]], "Q": [[true]]}', 0),
    ],
)
def test_arrays_of_every_kind_of_document(text: str, in_blocks: int) -> None:
    assert_the_same(text.encode(), in_blocks=in_blocks)


@pytest.mark.parametrize("stand_in", STAND_INS)
@pytest.mark.parametrize("name", NAMES)
def test_a_stand_in_in_the_text_is_the_number_that_it_is(stand_in: str, name: str) -> None:
    """Where names have to be replaced, such a text is parsed whole; where there are none, nothing stands in."""
    for cells in (f"{stand_in}, {name}", f"{name}], [{stand_in}", f"{name}, {float(stand_in)!r}, {name}"):
        whole = assert_the_same(f'{{"X": [[{cells}]]}}'.encode())
        assert np.float64(stand_in).tobytes() in whole[0]["X"][-1]  # type: ignore[index]
    assert_the_same(f'{{"X": [[{stand_in}, 1]]}}'.encode(), in_blocks=1)


@pytest.mark.parametrize("stand_in", STAND_INS)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("beside", ["0", "9", ".", "-", "e", "1", '"', "\\"])
def test_what_stands_next_to_a_name_is_no_part_of_a_number(name: str, beside: str, stand_in: str) -> None:
    """A stand-in elsewhere cannot make up for the name that was lost in its neighbour."""
    for cell in (name + beside, beside + name):
        said = assert_the_same(f'{{"X": [[{cell}, {stand_in}]]}}'.encode(), in_blocks=0)
        assert "a.json" in str(said)


def test_names_that_are_words_stay_words() -> None:
    labels = ["-Infinity", "NaN", "]]", '"values":[[1,2]]', ": [[1],[2]]"]
    matrix = {"values": [[n, "-Infinity"] for n in range(len(labels))], "rows": labels, "cols": ["Infinity", "[["]}
    sheet = {
        "tmat": 1, "tokens": labels,
        "stages": [{"id": "NaN", "stage": "x", "params": {"word": {"text": "NaN"}, "n": "NaN"}, "notes": labels, "given": {"X": matrix},
                    "steps": [], "output": ""}],
    }  # fmt: skip
    text = json.dumps(sheet).encode()
    assert_the_same(text)
    assert_the_same(text, in_blocks=1, least=50)
    with reading(50):
        read = loads(text)
    assert read.tokens == tuple(labels)
    assert read["NaN"].params["word"] == "NaN"
    assert read["NaN"]["X"].rows == tuple(labels)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"X": [[1, 2], [3, true]]}', "$.X[1][1] is true"),
        ('{"X": [[1, 2], [3]]}', "$.X[1] has 1 number"),
        ('{"X": [[1, 2], [3, "4"]]}', '$.X[1][1] is "4"'),
        ('{"X": [[[1, 2]]]}', "$.X[0][0] is an array of 2"),
        ('{"X": [[1, 2]], "X": [[3, 4]]}', '"X" is there twice in one object'),
        ('{"X": [[1, 2],]}', "malformed JSON: trailing comma"),
        ('{"X": [[1, 2]}', "malformed JSON"),
        ('{"X": {"values": [[1, 2]], "rows": ["a", "b"]}}', "$.X.rows has 2 labels"),
        ('{"tmat": 1, "stages": [{"params": {"values": [[1, 2]]}}]}', '$.stages[0] has no "steps"'),
        ('{"tmat": 1, "stages": [{"steps": [], "params": {"values": [[1, 2]]}}]}', '$.stages[0] has no "id"'),
        ('{"tmat": 1, "stages": [], "tokens": [[1, 2]]}', "$.tokens[0] is an array of 2"),
    ],
)
def test_errors_are_those_of_the_whole_text(text: str, line: str) -> None:
    said = assert_the_same(text.encode())
    assert str(said).startswith(line)


def test_a_large_matrix_takes_little_more_than_its_text_and_itself() -> None:
    values = np.random.default_rng(0).normal(size=(400, 400))
    values[np.triu_indices(400, 1)] = -np.inf
    text = dumps(Worksheet([Stage("a", "x", {}, (), {}, [Step(Matrix.of("Z", values), "x", ())], "Z")]))
    assert_the_same(text, in_blocks=1)
    tracemalloc.start()
    read = loads(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read["a"]["Z"].values.tobytes() == values.tobytes()
    assert peak < 1.5 * values.nbytes + (1 << 18)
