"""tmat: Transformer arithmetic as a person does it with a pencil.

Every matrix is on the table and every rounding stated. There is a function for each command; that of a stage takes
numbers or a worksheet and returns a worksheet.

>>> import tmat
>>> sheet = tmat.attention([[1.0, 0.0], [0.0, 1.0]], W_Q=[[1], [2]], W_K=[[1], [1]], W_V=[[3], [4]])
>>> sheet["attention"]["scores"].values.tolist()
[[1.0, 1.0], [2.0, 2.0]]
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as in typing, whose import takes longer than this whole file
if TYPE_CHECKING:
    __version__: str
    from tmat.articles import example as example
    from tmat.errors import InputError as InputError
    from tmat.errors import LimitError as LimitError
    from tmat.errors import OutputError as OutputError
    from tmat.errors import TmatError as TmatError
    from tmat.experiment.scaling import scaling as scaling
    from tmat.files import read as read
    from tmat.files import show as show
    from tmat.files import write as write
    from tmat.marking.mark_answers import mark as mark
    from tmat.models import read_model as read_model
    from tmat.reading.documents import read_documents as read_documents
    from tmat.reading.sources import read_matrices as read_matrices
    from tmat.reading.weights import read_weights as read_weights
    from tmat.sheet.worksheet import Matrix as Matrix
    from tmat.sheet.worksheet import Stage as Stage
    from tmat.sheet.worksheet import Step as Step
    from tmat.sheet.worksheet import Worksheet as Worksheet
    from tmat.stages.addnorm import addnorm as addnorm
    from tmat.stages.attention import attention as attention
    from tmat.stages.backward import backward as backward
    from tmat.stages.decode import decode as decode
    from tmat.stages.embed import embed as embed
    from tmat.stages.encode import encode as encode
    from tmat.stages.ffn import ffn as ffn
    from tmat.stages.loss import loss as loss
    from tmat.stages.posenc import posenc as posenc
    from tmat.stages.train import train as train
    from tmat.stages.update import update as update
    from tmat.stages.vocab import vocab as vocab
    from tmat.testing import explain as explain
    from tmat.text.vocabulary import Vocabulary as Vocabulary
    from tmat.workings.cell import working as working
    from tmat.workings.trace import trace as trace
else:  # hidden from mypy, so that tmat.nothing is a type error
    _HOMES = {
        "tmat.articles": ("example",),
        "tmat.errors": ("InputError", "LimitError", "OutputError", "TmatError"),
        "tmat.experiment.scaling": ("scaling",),
        "tmat.files": ("read", "show", "write"),
        "tmat.marking.mark_answers": ("mark",),
        "tmat.models": ("read_model",),
        "tmat.reading.documents": ("read_documents",),
        "tmat.reading.sources": ("read_matrices",),
        "tmat.reading.weights": ("read_weights",),
        "tmat.sheet.worksheet": ("Matrix", "Stage", "Step", "Worksheet"),
        "tmat.testing": ("explain",),
        "tmat.text.vocabulary": ("Vocabulary",),
        "tmat.workings.cell": ("working",),
        "tmat.workings.trace": ("trace",),
    }

    def __getattr__(name: str) -> object:
        """Import a name when it is first used, so that ``tmat --help`` does not load NumPy."""
        from tmat.stages import stage_names

        if name == "__version__":
            from importlib.metadata import version

            return version("tmat")
        home = next((home for home, names in _HOMES.items() if name in names), None)
        if home is None and name in stage_names():
            home = f"tmat.stages.{name}"
        if home is None:
            raise AttributeError(f"module 'tmat' has no attribute {name!r}")
        return getattr(import_module(home), name)

    def __dir__() -> list[str]:
        from tmat.stages import stage_names

        return sorted(
            [*stage_names(), *(name for names in _HOMES.values() for name in names), "__doc__", "__version__"]
        )
