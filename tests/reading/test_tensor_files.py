"""Files of tensors: what they hold, what is refused, and that nothing in them is run or believed."""

from __future__ import annotations

import io
import json
import pickle
import random
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tmat.errors import InputError, LimitError, TmatError
from tmat.reading.safetensors import read_safetensors
from tmat.reading.sources import read_matrix
from tmat.reading.tensors import BFLOAT16, chosen, decoded
from tmat.reading.torch_file import read_torch

MODELS = Path(__file__).parent.parent.parent / "fixtures" / "models"
NUMBERS = [[0.5, -1.25], [3.0, 100.0]]
WHOLE = [[0.0, -1.0], [3.0, 100.0]]  # as torch makes whole numbers of them


@pytest.mark.parametrize("suffix", ["safetensors", "pt"])
@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("float64", NUMBERS), ("float32", NUMBERS), ("float16", NUMBERS), ("bfloat16", NUMBERS), ("int64", WHOLE),
        ("int8", WHOLE), ("bool", [[1.0, 0.0], [1.0, 1.0]]),
    ],
)  # fmt: skip
def test_numbers_of_every_type(suffix: str, name: str, numbers: list[list[float]]) -> None:
    assert read_matrix("X", f"{MODELS}/types.{suffix}:{name}").values.tolist() == numbers


def test_a_tensor_that_is_a_view_of_another() -> None:
    assert read_matrix("X", f"{MODELS}/types.pt:turned").values.tolist() == np.transpose(NUMBERS).tolist()
    assert read_matrix("X", f"{MODELS}/types.pt:part").values.tolist() == [[4.0, 6.0], [8.0, 10.0]]


def safe(header: Any, data: bytes = bytes(64)) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def one(dtype: Any = "F64", shape: Any = (2, 4), offsets: Any = (0, 64)) -> dict[str, Any]:
    return {"__metadata__": {"format": "pt"}, "W": {"dtype": dtype, "shape": shape, "data_offsets": offsets}}


@pytest.mark.parametrize(("kind", "signalling"), [(BFLOAT16, b"\xa0\x7f"), ("<f4", b"\x00\x00\xa0\x7f")])
def test_a_signalling_nan_is_a_nan(kind: str, signalling: bytes) -> None:
    assert np.isnan(decoded(signalling, kind)).all()


def test_only_what_is_asked_for_is_read() -> None:
    class Counting(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.taken += len(data)
            return data

    stream = Counting(safe({f"W{n}": one(offsets=[64 * n, 64 * n + 64])["W"] for n in range(1000)}, bytes(64000)))
    tensors = read_safetensors(stream, "x")
    before = stream.taken
    assert chosen(tensors, "W7", "x")["W7"].size == "2×4"
    assert stream.taken - before == 64


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "its header would take 0 bytes, and the file has 0"),
        (struct.pack("<Q", 1 << 60) + b"{}", "its header would take 1152921504606846976 bytes, and the file has 10"),
        (safe(b"{"), "its header is no JSON"),
        (safe([1]), "its header is no object of names"),
        (safe({}), "x holds no tensors"),
        (safe({"W": 3}), "its header says no type, shape and place"),
        (safe(one(shape=[2, -4])), "its header says no type, shape and place"),
        (safe(one(shape=[2, 4.5])), "its header says no type, shape and place"),
        (safe(one(shape=[1] * 100)), "its header says no type, shape and place"),
        (safe(one(offsets=[0, 64, 3])), "its header says no type, shape and place"),
        (safe(one(offsets=[64, 128])), "2×4 numbers take 64 bytes, its header says 64 to 128 of 64"),
        (safe(one(shape=[40000, 40000])), "40000×40000 numbers take 12800000000 bytes, its header says 0 to 64 of 64"),
    ],
)  # fmt: skip
def test_a_header_that_lies(data: bytes, said: str) -> None:
    with pytest.raises(InputError) as error:
        read_safetensors(io.BytesIO(data), "x")
    assert said in str(error.value)


def test_a_type_that_is_not_read_costs_that_tensor_alone() -> None:
    both = one() | {"Q": one("F8_E4M3", [64], [0, 64])["W"]}
    tensors = read_safetensors(io.BytesIO(safe(both)), "x")
    assert chosen(tensors, "W", "x")["W"].size == "2×4"
    with pytest.raises(InputError) as error:
        chosen(tensors, "Q", "x")
    assert str(error.value).startswith("x:Q holds numbers of a type that is not read: F8_E4M3\n")


def torch_zip(saved: bytes, **more: bytes) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a/data.pkl", saved)
        for name, data in more.items():
            archive.writestr(f"a/{name}", data)
    return stream


class Bomb:
    def __reduce__(self) -> Any:
        return (print, ("run",))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_nothing_is_run(protocol: int, capsys: pytest.CaptureFixture[str]) -> None:
    for saved in (Bomb(), {"weight": Bomb()}, OrderedDict(weight=Bomb()), [Bomb()], np.zeros(3)):
        with pytest.raises(InputError) as error:
            read_torch(torch_zip(pickle.dumps(saved, protocol)), "x.pt")
        assert str(error.value).startswith("x.pt holds more than tensors: ")
        assert "nothing in such a file is run" in str(error.value)
    assert capsys.readouterr().out == ""


class Model:
    """A class of the user's own, saved whole."""


def test_a_whole_model_is_refused_by_its_name() -> None:
    with pytest.raises(InputError) as error:
        read_torch(torch_zip(pickle.dumps(Model(), 2)), "x.pt")
    assert str(error.value).split("\n")[0].endswith("test_tensor_files.Model")


@pytest.mark.parametrize(
    "saved",
    [
        b"", b"\x80\x02.", b"\x80\x02}", b"\x80\x02R.", b"\x80\x02\x87.", b"\x80\x02t.", b"\x80\x02h\x05.", b"\x80\x02}q\x00h\x00h\x00s.",
        b"\x80\x02]q\x00h\x00a.",  # a list that holds itself
        b"\x80\x02" + b"]q\x00" + b"]q\x01(h\x00h\x00eq\x00" * 40 + b".",  # 2 to the 40 lists
        b"\x80\x02r\xff\xff\xff\x7f.", b"\x80\x04\x8e" + b"\xff" * 8 + b".",
    ],
)  # fmt: skip
def test_a_pickle_that_makes_no_sense(saved: bytes) -> None:
    with pytest.raises(TmatError):
        read_torch(torch_zip(saved), "x.pt")


def test_a_pickle_as_such_is_never_loaded(tmp_path: Path) -> None:
    for protocol in (2, 4):
        path = tmp_path / "old.pt"
        path.write_bytes(pickle.dumps(Bomb(), protocol))
        with pytest.raises(InputError) as error:
            read_matrix("X", str(path))
        assert str(error.value).startswith(
            f"{path} is a Python pickle\n  a pickle can run any program, and is never loaded\n"
        )


def test_a_tensor_that_claims_more_than_is_there() -> None:
    saved = (MODELS / "mha.pt").read_bytes()
    with zipfile.ZipFile(io.BytesIO(saved)) as archive:
        parts = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    description = parts.pop("data.pkl")
    read_torch(torch_zip(description, **parts), "x.pt")
    for old, new in ((b"K\x0cK\x04\x86", b"K\xffK\xff\x86"), (b"K0tq", b"K\xfftq")):
        assert old in description
        with pytest.raises(InputError, match="is no torch file that can be read"):
            read_torch(torch_zip(description.replace(old, new), **parts), "x.pt")


def test_a_claim_beyond_the_limit_allocates_nothing(tmp_path: Path) -> None:
    path = tmp_path / "huge.safetensors"
    with path.open("wb") as file:
        file.write(safe(one("I8", [60000, 60000], [0, 3_600_000_000]), b""))
        file.truncate(file.tell() + 3_600_000_000)  # a hole: it takes no room
    with pytest.raises(LimitError, match="claims 60000×60000 numbers"):
        read_matrix("X", f"{path}:W")


@pytest.mark.parametrize("name", ["mha.pt", "mha.safetensors", "types.pt", "types.safetensors"])
def test_damaged_files_are_refused_or_read(name: str) -> None:
    whole = (MODELS / name).read_bytes()
    dice = random.Random(name)
    for n in range(300):
        data = bytearray(whole)
        if n % 3 == 0:
            del data[dice.randrange(len(data)) :]
        for _ in range(n % 4):
            if data:
                data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        read = read_torch if name.endswith("pt") else read_safetensors
        try:
            for key, tensor in read(io.BytesIO(bytes(data)), "x").items():
                chosen({key: tensor}, None, "x")
        except TmatError:
            pass
