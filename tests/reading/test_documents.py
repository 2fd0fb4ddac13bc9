from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmat.engine import limits
from tmat.errors import InputError, LimitError, TmatError
from tmat.marking.answers import Answers
from tmat.reading.documents import _texts, read_documents
from tmat.reading.sources import read_matrix
from tmat.rendering.formats.json import dumps
from tmat.sheet.worksheet import Worksheet

SHEET = b'{"tmat": 1, "tokens": ["a]", "\\"[{"], "stages": []}'


class Drip(io.RawIOBase):
    """A stream that hands out its pieces one at a time, and remembers how many were asked for."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        if self.taken == len(self.pieces):
            return b""
        self.taken += 1
        return self.pieces[self.taken - 1]


def values(stream: Any) -> list[Any]:
    return [
        document if isinstance(document, Worksheet) else {name: m.values.tolist() for name, m in document.items()}
        for document in read_documents(stream)
    ]


def error_of(data: bytes) -> str:
    with pytest.raises(InputError) as error:
        list(read_documents(io.BytesIO(data)))
    return str(error.value)


@pytest.mark.parametrize("between", [b"", b"\n", b"\r\n\r\n", b" ", b"\x1e", b"\n\xef\xbb\xbf"])
def test_documents_follow_one_another(between: bytes) -> None:
    data = between.join([b"[[1, 2]]", SHEET, b'{"K": 3, "V": [1, 2]}', b'{\n  "Q": [\n    [1]\n  ]\n}'])
    rows, sheet, named, pretty = values(io.BytesIO(data))
    assert rows == {"": [[1.0, 2.0]]}
    assert isinstance(sheet, Worksheet)
    assert sheet.tokens == ("a]", '"[{')
    assert named == {"K": [[3.0]], "V": [[1.0, 2.0]]}
    assert pretty == {"Q": [[1.0]]}


@pytest.mark.parametrize("empty", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_stream_has_no_documents(empty: bytes) -> None:
    assert values(io.BytesIO(empty)) == []


def test_each_document_is_passed_on_as_soon_as_it_is_complete() -> None:
    stream = Drip([b'{"Q": [[1,', b" 2]]", b"}", b"[[3]", b"]", b"\n"])
    documents = read_documents(stream)  # type: ignore[arg-type]
    next(documents)
    assert stream.taken == 3
    next(documents)
    assert stream.taken == 5
    assert list(documents) == []


json_values = st.recursive(
    st.one_of(st.text(max_size=5), st.sampled_from(['"', "\\", '\\"', "[", "]}", "é", "👩"]), st.integers(0, 9)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=8,
)


@given(st.lists(st.one_of(st.lists(json_values), st.dictionaries(st.text(), json_values)), max_size=4), st.data())
def test_texts_are_parted_where_their_brackets_close(documents: list[Any], data: st.DataObject) -> None:
    indent = data.draw(st.sampled_from([None, 1]))
    texts = [json.dumps(document, ensure_ascii=data.draw(st.booleans()), indent=indent) for document in documents]
    stream = data.draw(st.sampled_from(["", "\n", " "])).join(texts).encode("utf-8", "surrogatepass")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True) if a < b]
    found = [text.decode("utf-8", "surrogatepass") for text, _ in _texts(Drip(pieces), "x")]  # type: ignore[arg-type]
    assert found == texts


def test_a_large_document_is_parted_too() -> None:
    row = [0.5] * 50
    text = json.dumps({"Q": [row] * 6000, "K": [row]}).encode()
    assert len(text) > 1 << 20
    first, second = values(io.BytesIO(text + text))
    assert first == second
    assert len(first["Q"]) == 6000


def test_names_that_are_words_stay_words() -> None:
    labels = ["-Infinity", "NaN", "]]", '"values":[[1,2]]', ": [[1],[2]]"]
    matrix = {"values": [[n, "-Infinity"] for n in range(len(labels))], "rows": labels, "cols": ["Infinity", "[["]}
    [document] = read_documents(io.BytesIO(json.dumps({"X": matrix}).encode()))
    assert isinstance(document, dict)
    assert (document["X"].rows, document["X"].cols) == (tuple(labels), ("Infinity", "[["))
    assert document["X"].values.tolist() == [[n, float("-inf")] for n in range(len(labels))]


def test_a_key_twice_in_one_object_is_refused() -> None:
    assert '"X" is there twice in one object' in error_of(b'{"X": [[1, 2]], "X": [[3, 4]]}')


def test_a_long_row_in_many_pieces_is_looked_through_in_time_with_its_length() -> None:
    text = b"[[" + b"0.25, " * 400_000 + b"1]]"
    start = time.process_time()
    [row] = values(Drip([text[at : at + 1024] for at in range(0, len(text), 1024)]))
    assert len(row[""][0]) == 400_001
    assert time.process_time() - start < 5  # looked through again with every piece, it would take a minute


def test_a_broken_document_comes_after_the_whole_ones() -> None:
    documents: Iterator[Any] = read_documents(io.BytesIO(b"[1]\n[2]\n[1, x]\n"))
    assert next(documents)[""].values.tolist() == [[1.0]]
    assert next(documents)[""].values.tolist() == [[2.0]]
    with pytest.raises(InputError) as error:
        next(documents)
    lines = str(error.value).splitlines()
    assert lines[0].startswith("malformed JSON: ")
    assert lines[1] == "  in standard input, line 3, column 5"
    assert lines[2] == "  reads: [1,  ⟨here⟩ x]"


def test_columns_count_characters_from_the_start_of_the_line() -> None:
    assert "line 1, column 14" in error_of('{"é": 1} [1, x]'.encode())
    assert "document 2 (line 1)" in error_of(b"[1] [null]")


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b'{"tmat": 1, "stages": [', ["the JSON stops before its end", "in standard input, line 1, column 24"]),
        (b"[[1, 2]", ["the JSON stops before its end"]),
        (b"[NaN]", ["malformed JSON", 'write "NaN", "Infinity", "-Infinity" in quotes']),
        (b"[-Infinity]", ["malformed JSON", 'write "NaN", "Infinity", "-Infinity" in quotes']),
        (b"{'a': 1}", ["malformed JSON", "JSON takes double quotes"]),
        (b'{"a": True}', ["malformed JSON", "JSON says true, false and null"]),
        (b"[1, 2,]", ["malformed JSON", "take away the last comma"]),
        (b"[1e999]", ["malformed JSON", "the largest 64-bit float is about 1.8e308"]),
        (b'{"\x1b[2J": [[1, x]]}', ["malformed JSON", r"\x1b[2J"]),
        (b"1 2; 3 4", ["no JSON here: '1 2; 3 4'", "expected a worksheet", "-m X=-"]),
        (b"[1]]", ["no JSON here: ']'", "line 1, column 4"]),
        (b"null", ["no JSON here: 'null'"]),
        (b"{}", ["$ is an empty object"]),
        (b"[]", ["$ holds no numbers", "at least one row"]),
        (b"[[]]", ["$ holds no numbers"]),
        (b"[[1], [2, 3]]", ["$[1] has 2 numbers", "expected 1, as many as $[0] has"]),
        (b"[1, [2]]", ["$[0] is 1", "expected a row"]),
        (b"[[[0.5, 1]], [[0.5]]]", ["$[1] is 1×1", "expected 1×2, as $[0] is"]),
        (b'{"Q": [[0.5, true]]}', ["$.Q[0][1] is true"]),
        (b'{"Q": [[0.5], ["0.5"]]}', ['$.Q[1][0] is "0.5"', "write the number without quotes"]),
        (b'{"Q": [["NaN"], [false]]}', ["$.Q[1][0] is false"]),
        (b'{"Q": [["NaN"], [{}]]}', ["$.Q[1][0] is an object"]),
        (b"[[[1]], 2]", ["$[0][0] is an array of 1", "a matrix has two dimensions"]),
        (b'[1, "two"]', ['$[1] is "two"']),
        (b'{"Q": true}', ["$.Q is true"]),
        (b'{"Q": {"rows": []}}', ["$.Q is an object without values"]),
        (b'{"W_Q": 1, "wq": 2}', ["$.wq and $.W_Q are one name"]),
        (b'{"stages": []}', ['$ has no "tmat"']),
        (b"[" * 1_000_000, ["nested more than 64 levels deep"]),
        (b'{"a":' * 1_000_000, ["nested more than 64 levels deep"]),
        (b"[" * 100 + b"]" * 100, ["nested more than 64 levels deep"]),
        ("[1]".encode("utf-16"), ["UTF-16", "save it as UTF-8"]),
        ("[1]".encode("utf-16-le"), ["UTF-16"]),
        ("[1]".encode("utf-32"), ["UTF-16 or UTF-32"]),
        (b'[1]\n["\xff"]', ["not UTF-8", "byte 6 (line 2) is 0xff"]),
        (b"\xe9", ["not UTF-8", "byte 0 (line 1) is 0xe9"]),
    ],
)
def test_errors_say_what_and_where(data: bytes, lines: list[str]) -> None:
    text = error_of(data)
    for line in lines:
        assert line in text
    assert "\x1b" not in text


def test_a_number_of_many_digits_is_read_or_refused_quickly() -> None:
    [long] = values(io.BytesIO(b"[[0." + b"3" * 2_000_000 + b"]]"))
    assert long == {"": [[1 / 3]]}
    assert "infinity" in error_of(b"[[" + b"1" * 2_000_000 + b"]]")


def test_a_folder_for_standard_input() -> None:
    class Folder(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise IsADirectoryError(21, "Is a directory")

    with pytest.raises(InputError, match="cannot read standard input\n  is a directory"):
        list(read_documents(Folder()))  # type: ignore[arg-type]


@given(
    st.one_of(
        st.binary(max_size=60),
        st.lists(
            st.sampled_from(
                [b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"1", b"-", b"e9", b'"Q"', b"null", b"\n"]
            ),
            max_size=25,
        ).map(b"".join),
        st.integers(0, len(SHEET)).map(lambda n: SHEET[:n]),
        st.tuples(st.integers(0, len(SHEET)), st.binary(max_size=3)).map(
            lambda c: SHEET[: c[0]] + c[1] + SHEET[c[0] :]
        ),
    )
)
def test_nothing_but_our_own_errors(data: bytes) -> None:
    try:
        list(read_documents(io.BytesIO(data)))
    except TmatError as error:
        assert str(error).isprintable() or "\n" in str(error)


def test_a_document_too_large_to_be_read_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = Worksheet(tokens=("When",) * 200)
    text = dumps(sheet)
    monkeypatch.setattr(limits, "LARGEST_DOCUMENT", len(text) - 2)  # the line end is none of the document
    with pytest.raises(LimitError, match="JSON document of more than"):
        list(read_documents(io.BytesIO(text)))
    with pytest.raises(LimitError, match="JSON document of more than"):
        dumps(sheet)


def test_a_dimension_of_one_too_many_is_dropped() -> None:
    [found] = read_documents(io.BytesIO(b'{"X": [[[1, 2]], [[3, 4]]], "Y": [[[1, 2], [3, 4]]]}'))
    assert isinstance(found, dict)
    assert [matrix.values.tolist() for matrix in found.values()] == [[[1, 2], [3, 4]]] * 2
    assert found["Y"].origin == "standard input:Y; an outer dimension of 1 is dropped"


def test_a_mask_of_true_and_false_and_none() -> None:
    [found] = read_documents(io.BytesIO(b'{"mask": [[true, false], [true, true]], "X": null}'))
    assert isinstance(found, dict)
    assert {name: matrix.values.tolist() for name, matrix in found.items()} == {"mask": [[1, 0], [1, 1]]}


ROWS = [[0.5, -1.25, 3], [2, 0.125, -4]]


@pytest.mark.parametrize(
    ("text", "name", "labels"),
    [
        ('[{"a": 0.5, "b": -1.25, "c": 3}, {"a": 2, "b": 0.125, "c": -4}]', "", ("1", "2")),
        ('[{"token": "When", "a": 0.5, "b": -1.25, "c": 3}, {"token": "you", "a": 2, "b": 0.125, "c": -4}]', "", ("When", "you")),
        ('{"a": 0.5, "b": -1.25, "c": 3}\n{"a": 2, "b": 0.125, "c": -4}', "", ("1", "2")),
        ('{"Q": [0.5, -1.25, 3]}\n{"Q": [2, 0.125, -4]}', "Q", ("1", "2")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".json", ".txt"])
def test_records_are_rows_as_a_matrix_and_as_an_answer(
    text: str, name: str, labels: tuple[str, ...], suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text(text, "utf-8")
    matrix = read_matrix("Q", str(path))
    [answer] = Answers.read(path)
    assert matrix.values.tolist() == answer.values.tolist() == ROWS
    assert tuple(matrix.rows) == tuple(answer.rows) == labels
    assert answer.name == name


def test_records_that_are_no_matrix_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for text, message in (
        ('[{"a": 1, "b": 2}, {"a": 3}]', "objects with different fields"),
        ('[{"a": "x"}, {"a": "y"}]', "objects of words"),
        ('{"hidden_size": 768, "num_layers": 12}', "an object of settings"),
        ('{"Q": [[1, 2]]}\n{"Q": [[1, 2], [3, 4]]}', "'Q' is given twice"),
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(InputError, match=message):
            read_matrix("Q", str(path))
