"""Files of tensors, known by their suffix or by how they begin."""

from __future__ import annotations

from typing import BinaryIO

from tmat.reading.safetensors import looks_safe, read_safetensors
from tmat.reading.tensors import Tensor

_OTHERS = (".npy", ".xlsx", ".xlsm")


def read_tensors(stream: BinaryIO, suffix: str, origin: str) -> dict[str, Tensor] | None:
    """The tensors of an .npz, a .safetensors or a torch file, none of them read yet; None for other files."""
    if suffix in _OTHERS:
        return None
    if suffix == ".npz":
        from tmat.reading.arrays import npz_tensors  # with zipfile, which matrices typed or in JSON need not wait for

        return npz_tensors(stream, origin)
    try:
        head = stream.read(9)
        stream.seek(0)
    except OSError:
        return None  # whoever reads all of it says why that cannot be
    if suffix == ".safetensors" or looks_safe(head):
        return read_safetensors(stream, origin)
    zipped = head.startswith(b"PK\x03\x04")
    if zipped or _is_pickle(head):
        from tmat.reading.torch_file import is_torch, old_pickle, read_torch  # with zipfile, likewise

        if zipped and is_torch(stream):
            return read_torch(stream, origin)
        if _is_pickle(head):
            raise old_pickle(origin)
    return None


def _is_pickle(head: bytes) -> bool:
    """Whether bytes begin as pickles of the protocols 2 to 5 do."""
    return head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")
