"""tmat: Transformer arithmetic as a person does it with a pencil.

Every matrix is on the table and every rounding stated. The library is the same thing as the
command line: one function a stage, each taking numbers or a worksheet and giving a worksheet.

>>> import tmat
>>> sheet = tmat.attention([[1.0, 0.0], [0.0, 1.0]], W_Q=[[1], [2]], W_K=[[1], [1]], W_V=[[3], [4]])
>>> sheet["attention"]["scores"].values.tolist()
[[1.0, 1.0], [2.0, 2.0]]
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tmat.articles import example
    from tmat.errors import InputError, LimitError, OutputError, TmatError
    from tmat.experiment.scaling import scaling
    from tmat.reading.documents import read_documents
    from tmat.reading.sources import read_matrices, read_weights
    from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet
    from tmat.stages.addnorm import addnorm
    from tmat.stages.attention import attention
    from tmat.stages.decode import decode
    from tmat.stages.embed import embed
    from tmat.stages.encode import encode
    from tmat.stages.ffn import ffn
    from tmat.stages.posenc import posenc
    from tmat.stages.vocab import vocab
    from tmat.text.vocabulary import Vocabulary

_HOMES = {
    "addnorm": "stages.addnorm",
    "attention": "stages.attention",
    "decode": "stages.decode",
    "embed": "stages.embed",
    "encode": "stages.encode",
    "example": "articles",
    "ffn": "stages.ffn",
    "posenc": "stages.posenc",
    "scaling": "experiment.scaling",
    "vocab": "stages.vocab",
    "Matrix": "sheet.worksheet",
    "Stage": "sheet.worksheet",
    "Step": "sheet.worksheet",
    "Vocabulary": "text.vocabulary",
    "Worksheet": "sheet.worksheet",
    "InputError": "errors",
    "LimitError": "errors",
    "OutputError": "errors",
    "TmatError": "errors",
    "read_documents": "reading.documents",
    "read_matrices": "reading.sources",
    "read_weights": "reading.sources",
}

__all__ = [
    "InputError",
    "LimitError",
    "Matrix",
    "OutputError",
    "Stage",
    "Step",
    "TmatError",
    "Vocabulary",
    "Worksheet",
    "addnorm",
    "attention",
    "decode",
    "embed",
    "encode",
    "example",
    "ffn",
    "posenc",
    "read_documents",
    "read_matrices",
    "read_weights",
    "scaling",
    "vocab",
]


def __getattr__(name: str) -> Any:
    """Each name is imported when it is first used, so that ``tmat --help`` never waits for NumPy."""
    if name not in _HOMES:
        raise AttributeError(f"module 'tmat' has no attribute {name!r}")
    return getattr(import_module(f"tmat.{_HOMES[name]}"), name)
