"""tmat check on the command line: keys, answers, reports, exit codes."""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from tests.marking.reported import plain
from tests.reading.books import book

import tmat as library
from tmat.articles.keys import key_of
from tmat.articles.numbers import data
from tmat.cli.environment import Environment
from tmat.cli.program import run
from tmat.cli.showing import emptied
from tmat.cli.submissions import points_of
from tmat.errors import InputError
from tmat.marking import Answers, mark
from tmat.numbers import format_number
from tmat.sheet.worksheet import Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention


def tmat(*arguments: str, stdin: bytes | None = None) -> tuple[int, str, str]:
    env = Environment.piped(stdin, variables={"COLUMNS": "100"})
    return run(arguments, env), env.output, env.errors


@pytest.fixture
def key(tmp_path: Path) -> str:
    path = str(tmp_path / "key.json")
    assert tmat("attention", "--d-k", "6", "-o", path)[0] == 0
    return path


def written(folder: Path, name: str, key: str, *options: str, **changes: tuple[str, str]) -> str:
    """The key as somebody would type it, with some texts changed."""
    code, text, _ = tmat("show", key, "-f", "text", "--digits", "4", *options)
    assert code == 0
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    path = folder / name
    path.write_text(text, "utf-8")
    return str(path)


def test_right_answers(key: str, tmp_path: Path) -> None:
    code, out, err = tmat("check", written(tmp_path, "right.txt", key), "--key", key)
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split() == ["Q", "24", "of", "24"]
    assert all(line.split()[1] == line.split()[3] for line in out.splitlines())


def without_norms() -> str:
    """The article's numbers but for its two norms, whose slips take long to name; the audit counts them."""
    text = data("thrones.txt")
    return text.replace(text[text.index("\nsum1") : text.index("\nmasked_input")], "")


def test_the_articles_numbers_are_right_as_printed(tmp_path: Path) -> None:
    answers = tmp_path / "thrones.txt"
    answers.write_text(without_norms(), "utf-8")
    code, out, _ = tmat("check", str(answers), "--key", "example:thrones", "--width", "200")
    assert code == 1  # steps that it does not print are missing
    first, *lines = out.splitlines()
    assert first == "marked by the article as it is printed, its slips included"
    counts = [line.split() for line in lines if not line.endswith("missing")]
    assert len(counts) == 9 and all(line[1:] == [line[1], "of", line[1]] for line in counts)


def test_the_articles_numbers_by_the_corrected_example(tmp_path: Path) -> None:
    """The slips of the thrones article are named where its own numbers are marked by its example as corrected."""
    sheet, called = key_of("thrones")
    answers = Answers.of_text(without_norms()).called(called)
    out = plain(mark(answers, Worksheet(sheet.stages)))
    lines = {line.split()[0]: line for line in out.splitlines() if not line.startswith(" ")}
    for step, said in {
        "PE": "sin was taken where cos is due",
        "V": "every number is Q's: V was made with W_Q, or Q was copied",
        "attention-2.scores": "every number is X's, turned on its side",
        "attention-2.masked": "the masked cells hold 0, not −∞",
        "attention-3.scores": "every number is X's: the step was not done",
        "attention-3.masked": "the wrong triangle is masked",
        "probabilities": "this is no softmax",
    }.items():
        assert said in lines[step], step
    for step in (
        "X",
        "Q",
        "K",
        "attention.scores",
        "scaled",
        "attention.Z",
        "output",
    ):
        assert "follows from your" in lines[step], step


def test_reveal_and_work_are_asked_for(key: str, tmp_path: Path) -> None:
    answers = written(tmp_path, "a.txt", key, change=("49.7306", "47.7306"))
    hidden = tmat("check", answers, "--key", key)
    shown = tmat("check", answers, "--key", key, "--reveal", "--work")
    assert hidden[0] == shown[0] == 1
    assert "49.7306" not in hidden[1]
    assert "49.7306" in shown[1]
    assert "scores[When, play] = Σ Q[When, k] · K[play, k]" in shown[1]


def test_forms_for_programs(key: str, tmp_path: Path) -> None:
    answers = written(tmp_path, "a.txt", key, change=("49.7306", "-49.7306"))
    code, out, _ = tmat("check", answers, "--key", key, "-f", "json")
    report = json.loads(out)
    assert (code, report["first_wrong"], report["all_right"]) == (1, "scores", False)
    suites = ElementTree.fromstring(tmat("check", answers, "--key", key, "-f", "junit")[1])
    assert {case.get("name"): case.find("failure") is not None for case in suites.iter("testcase")}["scores"]
    results = json.loads(tmat("check", answers, "--key", key, "-f", "gradescope")[1])
    assert 0 < results["score"] < sum(test["max_score"] for test in results["tests"])
    rows = tmat("check", answers, "--key", key, "-f", "csv")[1].splitlines()
    assert len(rows) == 2
    assert tmat("check", answers, "--key", key, "-o", str(tmp_path / "r.json"))[:2] == (1, "")
    assert json.loads((tmp_path / "r.json").read_text())["first_wrong"] == "scores"


def test_a_folder_with_one_that_cannot_be_read(key: str, tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    folder.mkdir()
    written(folder, "a.txt", key)
    written(folder, "b.txt", key, change=("49.7306", "-49.7306"))
    (folder / "c.txt").write_bytes(b"\xff\xfe\xff")
    code, out, _ = tmat("check", str(folder), "--key", key)
    assert code == 2
    assert "could not be marked" in out
    assert "3 submissions, 1 all right" in out


@pytest.mark.skipif(sys.platform == "win32", reason="links as Unix has them")
def test_a_link_to_a_submission_that_is_gone_is_told(key: str, tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    folder.mkdir()
    written(folder, "a.txt", key)
    (folder / "b.txt").symlink_to("nowhere")
    (folder / "c.txt").symlink_to("c.txt")
    code, out, err = tmat("check", str(folder), "--key", key)
    assert (code, "1 all right" in out) == (2, True)
    assert err.startswith("tmat check: 2 of 3 could not be marked\n") and "c.txt: cannot read " in err


def test_a_folder_that_cannot_be_listed(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(folder: Path) -> Iterator[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", closed)
    code, out, err = tmat("check", str(tmp_path), "--key", key)
    assert (code, out, err) == (2, "", f"tmat check: cannot read the folder {tmp_path}\n  permission denied\n")


def test_a_name_too_long_for_a_file(key: str) -> None:
    code, _, err = tmat("check", "x" * 300, "--key", key)
    assert code == 2 and err.startswith("tmat check: cannot read xxx")


def test_a_worksheet_against_itself(key: str, tmp_path: Path) -> None:
    assert tmat("check", key)[0] == 0
    sheet = json.loads(Path(key).read_text())
    scores = next(step for step in sheet["stages"][0]["steps"] if step["name"] == "scores")
    scores["values"][0][2] = 48.7306
    code, out, _ = tmat("check", stdin=json.dumps(sheet).encode())
    assert code == 1
    assert "scores" in out


def test_answers_from_standard_input(key: str) -> None:
    code, out, _ = tmat("check", "--key", key, stdin=b"scores\n1 2\n")
    assert code == 1
    assert "scores" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check",), "check has nothing to mark"),
        (("check", "nosuch.txt", "--key", "KEY"), "cannot read nosuch.txt"),
        (("check", "KEY", "--key", "nosuch.json"), "no file nosuch.json"),
        (("check", "KEY", "--key", "example:throne"), "no example 'throne'"),
        (("check", "KEY", "--key", "KEY", "-f", "jsn"), "--format jsn is not known"),
        (("check", "KEY", "--key", "KEY", "--points", "Q"), "--points does not understand 'Q'"),
        (("check", "KEY", "--key", "KEY", "--follow", "some"), "--follow some is not known"),
        (("check", "KEY", "--key", "KEY", "--atol", "-1"), "--atol -1 does not fit"),
    ],
)
def test_what_cannot_be_marked(arguments: tuple[str, ...], said: str, key: str) -> None:
    code, out, err = tmat(*(key if argument == "KEY" else argument for argument in arguments))
    assert (code, out) == (2, "")
    assert err.startswith("tmat check: ")
    assert said in err


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("number", ["1e308", "-1.7e308", "5e-324"])
def test_the_largest_and_smallest_numbers_are_marked(key: str, tmp_path: Path, number: str) -> None:
    (tmp_path / "own.txt").write_text("Q\n" + f"{number} {number} 1 -{number.strip('-')}\n" * 6)
    code, output, errors = tmat("check", str(tmp_path / "own.txt"), "--key", key)
    assert (code, errors) == (1, "")
    assert "missing" in output and "24 of 24" not in output
    sheet = json.loads(Path(key).read_text("utf-8"))
    sheet["stages"][0]["steps"][0]["values"] = [[float(number)] * 4] * 6
    (tmp_path / "own.json").write_text(json.dumps(sheet))
    code, output, errors = tmat("check", str(tmp_path / "own.json"))
    assert (code, errors) == (1, "")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff\xfeQ", "is no utf-16 text"),
        (b"Q\n1 2\0\n", "is no text\n  byte 5 is 0"),
        (b"Q\n\x81 2\n", "is not UTF-8 text\n  byte 2 (line 2) is 0x81"),
        (b"", "is empty"),
    ],
)
def test_answers_that_are_no_text(key: str, tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "own.txt").write_bytes(data)
    code, output, errors = tmat("check", str(tmp_path / "own.txt"), "--key", key)
    assert (code, output) == (2, "")
    assert f"own.txt {said}" in errors


def test_answers_without_a_name_are_not_the_folder_we_are_in(key: str) -> None:
    code, output, errors = tmat("check", "", "--key", key)
    assert (code, output) == (2, "")
    assert errors.startswith("tmat check: a submission without a name\n")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (["scores"], "--points does not understand 'scores'"),
        (["Z=-1"], "--points does not understand 'Z=-1'"),
        (["Z=1", "z=2"], "--points names z twice"),
    ],
)
def test_points_as_people_mistype_them(parts: list[str], said: str) -> None:
    assert points_of(["scores=2", "Z=0.5"]) == {"scores": 2.0, "Z": 0.5}
    with pytest.raises(InputError, match=said):
        points_of(parts)


def test_points_beyond_counting(key: str) -> None:
    code, output, errors = tmat("check", key, "--key", key, "--points", "Q=1e308")
    assert (code, output) == (2, "")
    assert "--points does not understand 'Q=1e308'\n  expected a step and what it is worth, 0 to 1000000\n" in errors


@pytest.mark.parametrize("how", [["--heads", "2", "--mask", "causal", "--seed", "1"], ["--d-k", "6"]])
def test_a_sheet_in_markdown_comes_back_as_it_was_set(tmp_path: Path, how: list[str]) -> None:
    sheet, blank, full = (str(tmp_path / name) for name in ("key.json", "blank.md", "full.md"))
    assert tmat("attention", *how, "-o", sheet)[0] == 0
    assert tmat("show", sheet, "-o", full)[0] == 0
    code, report, errors = tmat("check", full, "--key", sheet)
    assert (code, errors) == (0, "")
    assert tmat("show", sheet, "--blank", "scores,scaled", "-o", blank)[0] == 0
    code, report, errors = tmat("check", blank, "--key", sheet)
    assert (code, errors) == (1, "")
    for line in report.splitlines():
        assert ("missing" in line) == line.startswith(("scores", "scaled", "masked")), line


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "txt"])
def test_a_cell_that_cannot_be_read_costs_its_matrix_alone(suffix: str, key: str, tmp_path: Path) -> None:
    named = library.read_matrices(key)
    lines = [[name, *(list(map(float, row)) for row in named[name].values), ""] for name in "QKV"]
    lines[1][2][0] = "0.5?x"
    path = tmp_path / f"sheet.{suffix}"
    rows = [row if isinstance(row, list) else [row] for block in lines for row in block]
    if suffix == "xlsx":
        path.write_bytes(book({"Sheet1": rows}))
    else:
        path.write_text("\n".join((", " if suffix == "csv" else " ").join(map(str, row)) for row in rows))
    code, report, errors = tmat("check", str(path), "--key", key, "--only", "Q,K,V")
    assert (code, errors) == (1, "")
    own = report.splitlines()
    assert [line.split()[1:] for line in own[:3]] == [["24", "of", "24"], ["–", "missing"], ["24", "of", "24"]]
    assert own[3].startswith("not read: '0.5?x' where a number is due")


@pytest.mark.parametrize("suffix", ["xlsx", "npz", "html", "txt"])
def test_standard_input_is_read_by_its_first_bytes(suffix: str, key: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{suffix}"
    library.write(library.read(key), path)
    code, report, errors = tmat("check", "-", "--key", key, "--only", "Q,Z", stdin=path.read_bytes())
    assert (code, report, errors) == (0, "Q  24 of 24\nZ  24 of 24\n", "")


def test_a_name_of_no_step_is_told_where_a_step_that_is_asked_for_is_missing(key: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Foo\n1 2\n")
    assert "the key has no step 'Foo'" in tmat("check", str(path), "--key", key, "--only", "Q")[1]


def cells_of(path: Path) -> set[float]:
    """All numbers of many digits that stand in a file, in whatever form."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            text = " ".join(archive.read(name).decode() for name in archive.namelist() if "worksheets/" in name)
    elif path.suffix == ".npz":
        with np.load(path) as arrays:
            text = " ".join(repr(float(x)) for name in arrays for x in arrays[name].ravel())
    else:
        text = path.read_text(encoding="utf-8")
    return {round(float(x), 6) for x in re.findall(r"-?[0-9]+\.[0-9]{6,}", text)}


@pytest.mark.parametrize("suffix", ["txt", "md", "html", "tex", "typ", "xlsx", "json", "npz"])
@pytest.mark.parametrize("names", ["output", "all", "Q,Z"])
def test_a_blank_sheet_shows_no_answer_again(names: str, suffix: str, tmp_path: Path) -> None:
    key = addnorm(attention(np.random.RandomState(1).rand(3, 4), d_k=2, heads=2, seed=3))
    library.write(key, tmp_path / "key.json")
    blank = tmp_path / f"blank.{suffix}"
    code, _, errors = tmat("show", str(tmp_path / "key.json"), "--blank", names, "--digits", "8", "-o", str(blank))
    assert (code, errors) == (0, "")
    stage = key["attention"]
    own = {"output": [stage["output"]], "Q,Z": [stage["Q"], stage["concat"]], "all": [s.result for s in stage.steps]}
    hidden = {round(float(x), 6) for matrix in own[names] for x in matrix.values.ravel()}
    assert not hidden & cells_of(blank)
    if suffix not in ("tex", "typ"):
        code, report, errors = tmat("check", str(blank), "--key", str(tmp_path / "key.json"))
        assert (code, errors) == (1, "")
        due = {"output": ("output", "normalized"), "Q,Z": ("Q", "Z", "concat"), "all": ("",)}[names]
        for line in report.splitlines():
            assert "missing" in line or not line.startswith(due), line


def test_a_blank_sheet_shows_nothing_that_its_answers_are_plain_from(tmp_path: Path) -> None:
    """The sum less the residual is the output; scores are √d_k times scaled; weights and means leave them open."""
    key = addnorm(attention(np.random.RandomState(1).rand(3, 4), d_k=2, seed=3))
    left = {}
    for name in ("output", "scores", "mean"):
        sheet = emptied(key, [name])
        left[name] = [own for stage in sheet.stages for own in stage.names() if np.isnan(stage[own].values).all()]
    assert left == {
        "output": ["output", "X", "sum", "normalized"],
        "scores": ["scores", "scaled"],
        "mean": ["mean", "normalized"],
    }


@pytest.mark.parametrize("columns", [40, 60, 200])
def test_revealed_numbers_stand_under_each_other_and_fit(columns: int, key: str, tmp_path: Path) -> None:
    answers = written(tmp_path, "a.txt", key, change=("49.7306", "47.7306"))
    page = tmat("check", answers, "--key", key, "--reveal", "--width", str(columns))[1]
    numbers = [line for line in page.splitlines() if line.startswith(" " * 20) and line[-1:].isdigit()]
    assert sorted(" ".join(numbers).split()) == sorted(
        format_number(x, 4) for x in library.read(key)["attention"]["scores"].values.ravel().tolist()
    )
    assert max(map(len, page.splitlines())) <= columns
    for line in numbers:
        assert [n for n, own in enumerate(line) if own == "."] == [n for n, own in enumerate(numbers[0]) if own == "."][
            : line.count(".")
        ]
