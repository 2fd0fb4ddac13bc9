"""Texts that hold numbers and no matrix: they are refused, as a matrix and as an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tmat.errors import InputError
from tmat.marking.answers import Answers
from tmat.reading.pasted import read_pasted
from tmat.reading.sources import read_matrix

TEXTS = {
    "the shapes of a state dict": "in_proj_weight 12x4\nin_proj_bias 12\nout_proj.weight 4x4\nout_proj.bias 4\n",
    "shapes between tabs": "in_proj_weight\t12x4\nin_proj_bias\t12\nout_proj.bias\t4",
    "shapes after colons": "in_proj_bias: 12\nout_proj.bias: 4",
    "shapes with types": "layer.0.weight: torch.float32 [12, 4]\nlayer.0.bias: torch.float32 [12]",
    "torch's sizes": "encoder.layers.0.self_attn.in_proj_weight torch.Size([12, 4])\nencoder.layers.0.norm1.bias torch.Size([12])",
    "an array's shape": "Q.shape = (2, 3)",
    "a length": "len(Q) = 2",
    "settings": "hidden_size: 768\nnum_layers: 12\nnum_heads: 12\ndropout: 0.1",
    "settings under a heading": "[model]\nd_model = 512\nheads = 8\ndropout = 0.1",
    "a program's numbers": "d_model = 512\nn_heads = 8\nd_k = d_model // n_heads\n",
    "a loop": "x = 5\nfor i in range(3):\n    x += 1\nprint(x)",
    "a function": "def softmax(x):\n    e = np.exp(x - x.max(axis=1, keepdims=True))\n    return e / e.sum(axis=1, keepdims=True)\n",
    "drawn numbers": "W_Q = np.zeros((4, 4))\nW_K = np.random.randn(4, 4)\n",
    "packages": "numpy==1.26\ntorch==2.3\n",
    "pip": "Collecting torch\n  Downloading torch-2.3.0-cp311-cp311-manylinux1_x86_64.whl (779.1 MB)\nSuccessfully installed torch-2.3.0",
    "a module": "Encoder(\n  (linear1): Linear(in_features=4, out_features=8, bias=True)\n  (dropout): Dropout(p=0.1, inplace=False)\n)",
    "a traceback": 'Traceback (most recent call last):\n  File "a.py", line 12, in <module>\n    main()\nValueError: size 3 is different from 4',
    "an error": "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 4x4)",
    "prose": "In 2017 Vaswani et al. published the paper with 8 heads and d_model 512.\nIt has 6 layers and 65 million parameters.",
    "times": "2024-05-12 10:31\n2024-05-13 11:02",
    "a test's progress": "collected 12 items\n\ntests/test_a.py ............ [100%]\n\n12 passed in 0.31s",
    "a log": "Epoch 1/10, loss 2.31, acc 0.12\nEpoch 2/10, loss 1.97, acc 0.31",
    "a version": "CUDA Version: 12.4",
    "help": "  --layers N   number of layers (default: 6)\n  --heads N    number of heads (default: 8)",
    "settings in small": "lr: 0.001\nsteps: 1000\nbatch: 32\n",
    "settings under a plain heading": "Config:\n  lr: 3e-4\n  warmup: 4000\n",
    "results": "Results\naccuracy: 0.91\nf1: 0.88\n",
    "BibTeX": "@article{vaswani,\n  volume = {30},\n  year = {2017},\n}\n",
    "parameters": "Total params: 110\n",
    "a survey": "Age: 25\nHeight: 180\nWeight: 75\n",
    "cells of a sheet": "A1: 0.5\nB1: -1.25\nA2: 2\nB2: 4\n",
    "telephone numbers": "Tel. 030 1234567\n",
    "postal codes": "10115 01067\n20095 80331\n",
    "a half-worked answer": "Q:\n- Token 1: 1·0.5 + 0·2 = 0.5, 1·(-1.25) + 0 = -1.25\n- Token 2: 2, 0.125\n",
    "citations": "Attention is all you need [1]. It uses softmax [2].\n",
    "an exercise's number": "Exercise 2.\n",
    "references": "[1] Vaswani, A. et al. Attention is all you need. 2017.\n[2] Devlin, J. et al. BERT. 2019.",
}  # fmt: skip


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_without_a_matrix_is_refused(text: str, tmp_path: Path) -> None:
    assert read_pasted(text).found == []
    path = tmp_path / "a.txt"
    path.write_text(text, "utf-8")
    for read in (lambda path: read_matrix("X", str(path)), Answers.read):
        with pytest.raises(InputError):
            read(path)


def test_a_setting_between_matrices_costs_none_of_them() -> None:
    pasted = read_pasted("Q\n1 2\n3 4\n\nd_k = 2\n\nK\n5 6\n7 8")
    assert [one.name for one in pasted.found] == ["Q", "K"]
    assert not pasted.lost
    assert pasted.problems[0].error.what == "'d_k' has one number: a setting, no matrix"


@pytest.mark.parametrize(
    "head", ["Homework 3 - Li Wei", "Sheet 4 – Anna Schmidt, Group 7", "Li Wei, Anna Schmidt 301234"]
)
@pytest.mark.parametrize("gap", ["", "\n"])
def test_a_heading_with_a_number_is_no_row(head: str, gap: str) -> None:
    pasted = read_pasted(f"{head}\n{gap}Q\n1 2\n3 4")
    assert [(one.name, one.matrix.values.tolist()) for one in pasted.found] == [("Q", [[1, 2], [3, 4]])]
    assert pasted.problems == []
    assert read_pasted(f"{head}\n{gap}1 2\n3 4").found[0].matrix.values.tolist() == [[1, 2], [3, 4]]
    [lost] = read_pasted("I think that Q is 12 or so").lost  # a matrix's name among the words: it may be meant
    assert "where a number is due" in lost.error.what


def test_a_head_over_an_empty_line_labels_the_columns() -> None:
    text = "              precision    recall\n\n           0       0.50      1.00\n           1       0.25      0.00\n"
    [table] = read_pasted(text).found
    assert (table.matrix.rows, table.matrix.cols) == (("0", "1"), ("precision", "recall"))


def test_a_row_behind_an_empty_line_is_refused_where_the_first_one_has_a_name() -> None:
    [problem] = read_pasted("a = [1 2]\n\n[3 4]\n").lost
    assert (problem.name, problem.error.what) == ("a", "an empty line between rows: one matrix, or two?")
    assert [one.name for one in read_pasted("a = [1, 2]\n\nb = [3, 4]\n").found] == ["a", "b"]
    table = "| 3 | 4 |\n| 5 | 6 |\n"
    for first in ("a = 1 2", "a = [1 2]"):
        found = read_pasted(f"{first}\n\n{table}").found
        assert [(one.name, one.matrix.values.shape) for one in found] == [("a", (1, 2)), ("", (2, 2))]


def test_a_number_to_each_word_is_a_column() -> None:
    [column] = read_pasted("mean:\nWhen: 0.5\nyou: 0.25").found
    assert (column.matrix.rows, column.matrix.values.tolist()) == (("When", "you"), [[0.5], [0.25]])
    [counted] = read_pasted("e1 = 0.5\ne2 = 0.25").found
    assert counted.matrix.values.tolist() == [[0.5], [0.25]]
    [known] = read_pasted("loss = 0.5").found
    assert known.name == "loss"


@pytest.mark.parametrize(("head", "shape"), [("my matrix", (2, 3)), ("      a     b", (2, 2)), ("here it is", (2, 3))])
def test_words_above_numbers_cost_no_column(head: str, shape: tuple[int, int]) -> None:
    first = ("0", "1") if shape == (2, 2) else ("0.5", "2")
    [one] = read_pasted(f"{head}\n{first[0]} -1.25 3\n{first[1]} 0.125 -4").found
    assert one.matrix.values.shape == shape
