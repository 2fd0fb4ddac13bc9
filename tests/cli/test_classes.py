"""tmat check of whole classes: a key each, names of the class's own, pages to hand back, standard input."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sys
import time
from pathlib import Path

import pytest
from tests.cli.running import Done, attempt, refused, tmat

NAMES = ["Q", "K", "V", "scores", "scaled", "weights", "Z", "output"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key each for three students, right answers of two of them in different forms, and answers without a key."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "keys").mkdir()
    (tmp_path / "answers" / "Ana").mkdir(parents=True)
    for name in ("ana", "li.wei", "mara"):
        tmat(f"attention --seed name:{name} --tokens 'you win again' --d-model 4 --d-k 2 --round 2 -o keys/{name}.json")
    text = sheet("ana")
    half = text.index("scores")
    (tmp_path / "answers" / "Ana" / "1.txt").write_text(text[:half], encoding="utf-8")
    (tmp_path / "answers" / "Ana" / "2.md").write_text(text[half:], encoding="utf-8")
    (tmp_path / "answers" / "li.wei.txt").write_text(sheet("li.wei"), encoding="utf-8")
    (tmp_path / "answers" / "zoe.txt").write_text(sheet("mara"), encoding="utf-8")
    return tmp_path


def sheet(name: str, steps: str = ",".join(NAMES)) -> str:
    return tmat(f"show keys/{name}.json -f text --digits 2 --only {steps}").output


def checked(line: str, code: int) -> Done:
    done = attempt(f"check {line}")
    assert done.code == code, done.errors
    return done


def test_a_key_for_each(folder: Path) -> None:
    done = checked("answers --key keys", 2)
    assert done.output.splitlines() == [
        "answers/Ana         all right: 8 of 8 points",
        "answers/li.wei.txt  all right: 8 of 8 points",
        "answers/zoe.txt     could not be marked: there is no key for it",
        "                    expected one named zoe",
        "",
        "3 submissions, 2 all right, 8 of 8 points on average, 1 could not be marked",
        "",
        "not marked:",
        "  keys/mara.json  no answers for this key",
    ]
    assert done.errors == "tmat check: 1 of 3 could not be marked\n  answers/zoe.txt: there is no key for it\n"


def test_one_of_them_by_the_folder_of_keys(folder: Path) -> None:
    done = checked("answers/li.wei.txt --key keys", 0)
    assert [line.split()[0] for line in done.output.splitlines()] == NAMES


def test_each_form_has_those_without_a_key_and_those_without_answers(folder: Path) -> None:
    done = checked("answers --key keys -f csv", 2)
    rows = {row["submission"]: row for row in csv.DictReader(done.output.splitlines())}
    assert [rows["answers/Ana"][f"{name} points"] for name in NAMES] == ["1"] * 8
    assert rows["answers/zoe.txt"]["what"] == "could not be marked: there is no key for it"
    assert "keys/mara.json: no answers for this key" in done.errors
    report = json.loads(checked("answers --key keys -f json", 2).output)
    assert [one["submission"] for one in report["submissions"]] == [
        "answers/Ana",
        "answers/li.wei.txt",
        "answers/zoe.txt",
    ]
    assert report["not_marked"] == [{"file": "keys/mara.json", "why": "no answers for this key"}]


def test_one_of_several_files_that_cannot_be_read_costs_no_other(folder: Path) -> None:
    (folder / "answers" / "Ana" / "0.docx").write_bytes(b"PK\x03\x04 torn")
    (folder / "answers" / "Ana" / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "answers" / "Ana" / "3.txt").write_text("Q\n1 1\n1 1\n1 1\n", encoding="utf-8")
    done = checked("answers/ --key keys -f json", 2)
    ana = json.loads(done.output)["submissions"][0]
    assert (ana["earned"], ana["all_right"]) == (8, False)
    assert [each["name"] for each in ana["unknown"]] == ["answers/Ana/0.docx", "Q"]
    assert ana["unknown"][1]["where"] == "answers/Ana/3.txt, line 1"
    told = checked("answers/ --key keys --each", 2).output
    assert "a second Q, with other numbers than the first (answers/Ana/3.txt, line 1)" in told
    assert "answers/Ana/photo.jpg  its numbers cannot be read from it" in told


def test_what_is_handed_in_alone_and_cannot_be_read_is_a_submission_with_its_reason(folder: Path) -> None:
    for name, data in {
        "a.zip": b"PK\x03\x04",
        "b.odt": b"PK\x03\x04",
        "c.pdf": b"%PDF-1.4",
        "d.png": b"\x89PNG",
        "e.txt": b"",
    }.items():
        (folder / "answers" / name).write_bytes(data)
    report = json.loads(checked("answers --key keys/li.wei.json -f json", 2).output)
    assert {one["submission"]: one["error"] for one in report["submissions"] if "error" in one} == {
        "answers/a.zip": "answers/a.zip is an archive",
        "answers/b.odt": "answers/b.odt is an archive",
        "answers/c.pdf": "answers/c.pdf is a PDF",
        "answers/d.png": "answers/d.png is a picture",
        "answers/e.txt": "answers/e.txt is empty",
    }


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="a name of a file in any bytes")
def test_names_with_anything_in_them(folder: Path) -> None:
    names = [b"caf\xe9", b"new\nline", "权力 的".encode(), b"-f", b"=cmd", b"a:b", b"1 2; 3 4", b"x" * 200]
    (folder / "odd").mkdir()
    for name in names:
        Path("odd", os.fsdecode(name) + ".txt").write_text(sheet("ana"), encoding="utf-8")
    for form in ("table", "json", "csv", "junit", "html -o pages/", "markdown -o pages/"):
        checked(f"odd --key keys/ana.json -f {form}", 0)
    assert len(list(Path("pages").iterdir())) == 2 * len(names)


def test_a_key_that_cannot_be_read_costs_its_student_alone(folder: Path) -> None:
    (folder / "keys" / "ana.json").write_text("{", encoding="utf-8")
    (folder / "keys" / "notes.txt").write_text("mine", encoding="utf-8")
    done = checked("answers --key keys", 2)
    assert "answers/Ana         could not be marked: " in done.output
    assert "answers/li.wei.txt  all right: 8 of 8 points" in done.output
    checked("answers --key keys -o back/", 2)
    assert "keys/ana.json" in Path("back/Ana.html").read_text(encoding="utf-8")
    assert "keys/notes.txt  no key: its name does not end in .json" in done.output


def test_names_of_the_classs_own(folder: Path) -> None:
    text = sheet("ana").replace("\nweights ", "\nMy Att ").replace("\noutput ", "\nH ")
    (folder / "own.txt").write_text(text, encoding="utf-8")
    assert checked("own.txt --key keys/ana.json -f json", 1).output.count('"verdict":"missing"') == 2
    assert checked("own.txt --key keys/ana.json --map 'my_att=weights, H=attention.output'", 0).errors == ""
    shutil.copy("own.txt", "answers/Ana.txt")
    shutil.rmtree("answers/Ana")
    assert "answers/Ana.txt     all right" in checked("answers --key keys --map 'my_att=weights,H=output'", 2).output


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("answers --key keys --map A", "--map does not understand 'A'"),
        ("answers --key keys --map A=weigths", "--map: the key has no step 'weigths'"),
        ("answers --map A=weights", "--map is for answers that are marked by a key"),
        ("--key keys", "the key keys is a folder, and no answers were named"),
        ("answers - --key keys", "- is standard input, and files are named beside it"),
        ("answers --key keys --jobs 2 --cluster tcp://x:1", "--jobs and --cluster contradict each other"),
        ("answers --key answers", "no keys in the folder answers"),
        ("answers --key keys -o answers/", "answers/ holds files that this command reads"),
        ("answers --key keys -f json -o pages/", "pages/ is a folder, which is for a page a student"),
        ("answers --key keys -f html -o all.html", "html is a page a student, and 3 were to be marked"),
    ],
)
def test_what_is_refused(line: str, said: str, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    assert refused(f"check {line}").splitlines()[0] == f"tmat check: {said}"
    assert sorted(folder.rglob("*")) == before


def test_standard_input_by_its_sign(folder: Path) -> None:
    assert attempt("check - --key keys/ana.json", sheet("ana")).code == 0
    assert attempt("check -", Path("keys/ana.json").read_bytes()).code == 0
    assert "scores" in attempt("check - --key keys/ana.json -f text", sheet("ana")).output


def test_two_million_rows_are_refused_before_they_are_read(folder: Path) -> None:
    rows = b"0.12 0.34 0.56\n" * 2_000_000
    (folder / "endless.txt").write_bytes(rows)
    said = "endless.txt has 2,000,000 lines, and the key 107 numbers"
    begun = time.process_time()
    assert refused("check endless.txt --key keys/ana.json").splitlines()[0] == f"tmat check: {said}"
    assert refused("check --key keys/ana.json", b"Q\n" + rows).startswith(
        "tmat check: standard input has 2,000,001 lines"
    )
    assert time.process_time() - begun < 2


def test_the_key_is_not_written_over_by_answers_from_standard_input(folder: Path) -> None:
    said = refused("check - --key keys/ana.json -o keys/ana.json", sheet("ana"))
    assert said.startswith("tmat check: keys/ana.json is read by this command, and would be replaced")


# -- pages to hand back


def slipped(folder: Path) -> list[str]:
    """Ana has one number of the scores wrong and left V out; the right numbers that are not hers."""
    text = sheet("ana", "Q,K,scores")
    head, rows = text.split("\nscores", 1)
    wrong = re.search(r"\d\.\d+", rows)
    assert wrong
    (folder / "answers" / "Ana" / "1.txt").write_text(
        f"{head}\nscores{rows.replace(wrong[0], '77.7', 1)}", encoding="utf-8"
    )
    (folder / "answers" / "Ana" / "2.md").unlink()
    key = json.loads(Path("keys/ana.json").read_text(encoding="utf-8"))
    steps = {step["name"]: step["values"] for step in key["stages"][0]["steps"]}
    return [wrong[0], *(f"{x:.2f}" for name in ("V", "Z", "output") for row in steps[name] for x in row)]


@pytest.mark.parametrize(("form", "suffix"), [("html", ".html"), ("markdown", ".md"), ("text", ".txt")])
def test_a_page_a_student_gives_nothing_away(form: str, suffix: str, folder: Path) -> None:
    rights = slipped(folder)
    asked = f"answers --key keys -f {form}"
    assert checked(f"{asked} -o back/", 2).output == ""
    assert sorted(path.name for path in Path("back").iterdir()) == [f"Ana{suffix}", f"li.wei{suffix}", f"zoe{suffix}"]
    page = Path(f"back/Ana{suffix}").read_text(encoding="utf-8")
    assert "first wrong: scores" in page
    assert "scores[you, you] = Σ Q[you, k] · K[you, k]" in page
    assert "= q₁₁k₁₁ + q₁₂k₁₂" in page
    assert re.search(r"= \d\.\d+·\d\.\d+ \+ ", page)  # of her own Q and K, which are right
    given = sheet("ana", "Q,K")
    assert [right for right in rights if right in page and right not in given] == []
    assert "there is no key for it" in Path(f"back/zoe{suffix}").read_text(encoding="utf-8")
    checked(f"{asked} -o back/ --reveal", 2)
    page = Path(f"back/Ana{suffix}").read_text(encoding="utf-8")
    assert rights[0] in page


def test_working_on_numbers_that_are_not_there_is_in_letters(folder: Path) -> None:
    slipped(folder)
    path = folder / "answers" / "Ana" / "1.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("\nK ", "\nKay "), encoding="utf-8")
    page = checked("answers/Ana/1.txt --key keys/ana.json -f text", 1).output
    assert "= q₁₁k₁₁ + q₁₂k₁₂" in page
    assert "·0." not in page


def test_pages_are_html_unless_told(folder: Path) -> None:
    checked("answers --key keys -o back/", 2)
    assert Path("back/li.wei.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    checked("answers/li.wei.txt --key keys -o one.md", 0)
    assert Path("one.md").read_text(encoding="utf-8").startswith("# li.wei\n")


def test_what_others_wrote_marks_nothing_up(folder: Path) -> None:
    name = "<b>*x*`&|\x1b[1m"
    (folder / "bad").mkdir()
    (folder / "bad" / f"{name}.txt").write_text(f"{name}\n1 2\n\n{sheet('ana')}", encoding="utf-8")
    for form, suffix in (("html", "html"), ("markdown", "md"), ("text", "txt")):
        checked(f"bad --key keys/ana.json -f {form} -o back/", 1)
        [path] = Path("back").glob(f"*.{suffix}")
        text = path.read_text(encoding="utf-8")
        assert "\x1b" not in text
        assert form != "html" or "<b>" not in text
        assert form != "markdown" or "\\<b\\>" in text


def test_what_is_written_as_a_folder_of_files_is_marked_as_one_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tmat("encode --seed 3 --tokens 'you win again' --d-model 4 --heads 2 -o key.json")
    tmat("show key.json -o four.csv")
    files = list(Path("four").iterdir())
    assert len(files) > 20
    reports = [json.loads(checked(f"{name} --key key.json -f json", 0).output) for name in ("four", "four.csv")]
    assert all(report["all_right"] and not report["unknown"] for report in reports)
    Path("four/ana.csv").write_text("Q\n1,2\n3,4\n", encoding="utf-8")
    assert len(json.loads(checked("four --key key.json -f json", 1).output)["submissions"]) == len(files) + 1
