"""Generators for files of tensors: .safetensors and what torch saves, sound and damaged."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.words import mutated, name

MODELS = Path(__file__).resolve().parents[2] / "fixtures" / "models"
KINDS = ("F64", "F32", "F16", "BF16", "I64", "I8", "U16", "BOOL", "F8_E4M3", "f32", None, 3, [])
SIZES = (0, 1, 2, 3, 4, 8, -1, 2**31, 2**63, 2**70, 1e9, None, "2", [2], True)


def safetensors(random: Random) -> bytes:
    """A header and numbers: sound at times, else lying or damaged."""
    data = random.randbytes(random.choice((0, 8, 64, 64, 640)))
    header: Any = {}
    for _ in range(random.randrange(4)):
        sound = random.random() < 0.6
        shape: Any = (
            random.choice(((2, 4), (8,), (1, 2, 4), (2, 2, 2)))
            if sound
            else random.choices(SIZES, k=random.randrange(4))
        )
        place: Any = (0, 64) if sound else random.choices(SIZES, k=random.choice((2, 2, 2, 1, 3)))
        header[name(random)] = {
            "dtype": "F64" if sound else random.choice(KINDS),
            "shape": shape,
            "data_offsets": place,
        }
    if random.random() < 0.1:
        header = random.choice(([], 3, None, {"W": 1}, {"W": {}}, {"__metadata__": {}}))
    text = json.dumps(header).encode()
    if random.random() < 0.2:
        text = mutated(random, text)
    length = len(text) if random.random() < 0.8 else random.choice((0, 1, 2**20, 2**40, 2**64 - 1, len(text) + 1))
    whole = struct.pack("<Q", length) + text + data
    return mutated(random, whole) if random.random() < 0.2 else whole


@cache
def _saved(path: str) -> dict[str, bytes]:
    with zipfile.ZipFile(MODELS / path) as archive:
        return {one: archive.read(one) for one in archive.namelist()}


def torch(random: Random) -> bytes:
    """A file of torch's with its pickle or its numbers damaged, or the whole zip."""
    members = dict(_saved(random.choice(("mha.pt", "types.pt", "encoder.pt"))))
    for _ in range(random.randrange(3)):
        chosen = random.choice(list(members))
        chosen = next(one for one in members if one.endswith("data.pkl")) if random.random() < 0.7 else chosen
        members[chosen] = mutated(random, members[chosen])
    if random.random() < 0.1:
        members.pop(random.choice(list(members)))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", random.choice((zipfile.ZIP_STORED,) * 4 + (zipfile.ZIP_DEFLATED,))) as archive:
        for path, data in members.items():
            archive.writestr(path, data)
    whole = stream.getvalue()
    return mutated(random, whole) if random.random() < 0.3 else whole
