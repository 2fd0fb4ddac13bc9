"""Files that people hand in: notebooks, Word documents, encodings; PDF and pictures are refused with what to hand in."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tmat.errors import InputError
from tmat.marking.answers import Answers
from tmat.reading.sources import read_matrix

ROWS = [[0.5, -1.25], [2.0, 0.125]]
WORD = (
    '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    "<w:p><w:r><w:t>Q:</w:t></w:r></w:p><w:tbl>%s</w:tbl><w:p><w:r><w:t>K</w:t></w:r></w:p>"
    "<w:p><w:r><w:t>1</w:t><w:tab/><w:t>2</w:t></w:r></w:p></w:body></w:document>"
)


def test_a_word_document(tmp_path: Path) -> None:
    rows = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>" for cell in row) + "</w:tr>"
        for row in ROWS
    )
    with zipfile.ZipFile(tmp_path / "hw.docx", "w") as archive:
        archive.writestr("word/document.xml", WORD % rows)
    assert read_matrix("Q", str(tmp_path / "hw.docx")).values.tolist() == ROWS
    assert read_matrix("K", str(tmp_path / "hw.docx")).values.tolist() == [[1, 2]]
    assert [answer.name for answer in Answers.read(tmp_path / "hw.docx")] == ["Q", "K"]


def test_a_notebook(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["## Q\n", "\n", "| 0.5 | -1.25 |\n", "|---|---|\n", "| 2 | 0.125 |\n"]},
        {
            "cell_type": "code",
            "source": "K = x @ w\nK",
            "outputs": [{"data": {"text/plain": ["array([[1., 2.],\n", "       [3., 4.]])"]}}],
        },
        {"cell_type": "code", "source": "V = np.array([[5, 6]])", "outputs": []},
    ]
    (tmp_path / "hw.ipynb").write_text(json.dumps({"cells": cells}))
    answers = {answer.name: answer.values.tolist() for answer in Answers.read(tmp_path / "hw.ipynb")}
    assert answers == {"Q": ROWS, "K": [[1, 2], [3, 4]], "V": [[5, 6]]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gbk"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "hw.txt").write_bytes("查询矩阵 Q：\n0.5 -1.25\n2 0.125\n".encode(encoding))
    assert [(a.name, a.values.tolist()) for a in Answers.read(tmp_path / "hw.txt")] == [("Q", ROWS)]
    assert read_matrix("Q", str(tmp_path / "hw.txt")).values.tolist() == ROWS


def test_the_western_code_page(tmp_path: Path) -> None:
    (tmp_path / "hw.txt").write_bytes("Q\ndéjà ½ –1.25\nvu 2 1/8\n".encode("cp1252"))
    found = read_matrix("Q", str(tmp_path / "hw.txt"))
    assert (found.rows, found.values.tolist()) == (("déjà", "vu"), ROWS)


@pytest.mark.parametrize(
    ("name", "data"), [("a.pdf", b"%PDF-1.7 x"), ("a.png", b"\x89PNG\r\n"), ("a.jpg", b"\xff\xd8\xff\xe0")]
)
def test_pictures_are_refused_with_what_to_hand_in(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    for read in (Answers.read, lambda path: read_matrix("Q", path)):
        with pytest.raises(InputError, match="its numbers cannot be read from it\n  hand in the text"):
            read(str(tmp_path / name))


def test_damaged_documents(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("{")
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04 not a zip")
    for name, said in (("a.ipynb", "no notebook"), ("a.docx", "no Word document")):
        with pytest.raises(InputError, match=said):
            Answers.read(tmp_path / name)
