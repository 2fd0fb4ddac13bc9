"""Which files are whose: folders as Moodle and Canvas deliver them, and what is nobody's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tmat.errors import InputError
from tmat.marking.folders import HandedIn, student_name, submissions


def made(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Q\n1 2\n", encoding="utf-8")
    return folder


def whose(found: HandedIn, folder: Path) -> dict[str, list[str]]:
    """The files of each student."""
    return {one.students[0]: [path.relative_to(folder).as_posix() for path in one.files] for one in found.submissions}


def why(found: HandedIn, folder: Path) -> dict[str, str]:
    return {Path(one.path).relative_to(folder).as_posix(): one.why for one in found.left_out}


def test_a_file_a_student_and_a_folder_a_student(tmp_path: Path) -> None:
    made(tmp_path, "li.wei.txt", "ana/Q.txt", "ana/rest/K.md", "2024/group 1/kofi/a.docx", "2024/group 2/mara.csv")
    assert whose(submissions([tmp_path]), tmp_path) == {
        "kofi": ["2024/group 1/kofi/a.docx"],
        "group 2": ["2024/group 2/mara.csv"],
        "ana": ["ana/Q.txt", "ana/rest/K.md"],
        "li.wei": ["li.wei.txt"],
    }


def test_a_folder_that_is_named_is_a_class_wherever_it_stands(tmp_path: Path) -> None:
    made(tmp_path, "group 1/a.txt", "group 1/b.txt", "group 2/c.txt")
    found = submissions([tmp_path / "group 1", tmp_path / "group 2"])
    assert [one.students for one in found.submissions] == [("a",), ("b",), ("c",)]


def test_a_folder_of_a_matrix_a_file_is_one_submission(tmp_path: Path) -> None:
    four = made(tmp_path / "four", "attention.Q.csv", "attention.K.csv", "Z.csv", ".DS_Store")
    names = {"Q", "attention.Q", "attention.K", "Z"}
    [one] = submissions([four], (), names).submissions
    assert (one.students[0], len(one.files)) == ("four", 3)
    [same] = submissions([tmp_path / "four.csv"]).submissions  # as what wrote it calls it
    assert same == one
    assert len(submissions([four], {"z"}, names).submissions) == 3  # Z is a student
    made(four, "ana.csv")
    assert len(submissions([four], (), names).submissions) == 4
    alone = made(tmp_path / "alone", "Z.csv")
    assert [each.students for each in submissions([alone], (), names).submissions] == [("Z",)]


def test_the_names_that_moodle_gives(tmp_path: Path) -> None:
    flat = made(tmp_path / "flat", *(f"Ana Lima_81_assignsubmission_file_{n}.txt" for n in ("Q", "K_2_3")),
                "Li_Wei_90_assignsubmission_onlinetext_.html")  # fmt: skip
    folders = made(
        tmp_path / "folders", "Ana Lima_81_assignsubmission_file_/Q.txt", "Ana Lima_81_assignsubmission_file_/K.txt"
    )
    inside = made(tmp_path / "inside", *(f"Task 1/{path.name}" for path in flat.iterdir()))
    ana = ["Ana Lima_81_assignsubmission_file_K_2_3.txt", "Ana Lima_81_assignsubmission_file_Q.txt"]
    wei = ["Li_Wei_90_assignsubmission_onlinetext_.html"]
    assert whose(submissions([flat]), flat) == {"Ana Lima_81": ana, "Li_Wei_90": wei}
    assert whose(submissions([inside]), inside / "Task 1") == {"Ana Lima_81": ana, "Li_Wei_90": wei}
    [one] = submissions([folders]).submissions
    assert one.students[:2] == ("Ana Lima_81", "Ana Lima")
    assert len(one.files) == 2


def test_the_names_that_canvas_gives(tmp_path: Path) -> None:
    made(tmp_path, "limaana_LATE_12_345_page 1.txt", "limaana_12_346_page 2.txt", "weili_13_350_sheet.xlsx")
    assert whose(submissions([tmp_path]), tmp_path) == {
        "limaana_12": ["limaana_12_346_page 2.txt", "limaana_LATE_12_345_page 1.txt"],
        "weili_13": ["weili_13_350_sheet.xlsx"],
    }


def test_files_of_one_name_are_one_students(tmp_path: Path) -> None:
    made(tmp_path, "s01.txt", "s01.csv", "s01.pdf", "s02.pdf", "s03.zip", "s03.jpg", "s04.odt", "s04.md")
    found = submissions([tmp_path])
    assert whose(found, tmp_path) == {
        "s01": ["s01.csv", "s01.txt"],
        "s02": ["s02.pdf"],  # the only one: it is tried, and the reader says why it cannot be read
        "s03": ["s03.jpg", "s03.zip"],
        "s04": ["s04.md"],
    }
    assert why(found, tmp_path) == {
        "s01.pdf": "its numbers cannot be read from it",
        "s04.odt": "files ending in .odt are not read",
    }


def test_what_is_nobodys_is_listed_with_its_reason(tmp_path: Path) -> None:
    made(
        tmp_path,
        "a.txt",
        ".DS_Store",
        ".hidden/b.txt",
        "~$a.docx",
        "__MACOSX/a.txt",
        "Thumbs.db",
        "ana/.DS_Store",
        "ana/a.txt",
    )
    (tmp_path / "empty").mkdir()
    found = submissions([tmp_path])
    assert whose(found, tmp_path) == {"a": ["a.txt"], "ana": ["ana/a.txt"]}
    assert why(found, tmp_path) == {
        ".DS_Store": "hidden",
        ".hidden": "hidden",
        "~$a.docx": "the lock of a document that was open",
        "__MACOSX": "a file of the system, not of a student",
        "Thumbs.db": "a file of the system, not of a student",
        "ana/.DS_Store": "hidden",
        "empty": "an empty folder",
    }


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes as Unix has them")
def test_what_is_no_file_is_listed_and_no_link_leads_in_a_circle(tmp_path: Path) -> None:
    made(tmp_path, "ana/a.txt")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "ana" / "again").symlink_to(tmp_path)
    found = submissions([tmp_path])
    assert whose(found, tmp_path) == {"ana": ["ana/a.txt"]}
    assert why(found, tmp_path) == {"pipe": "no file", "ana/again": "a link to a folder"}


def test_a_folder_of_nobody_is_an_error_that_says_what_is_there(tmp_path: Path) -> None:
    made(tmp_path, ".DS_Store")
    with pytest.raises(InputError) as told:
        submissions([tmp_path])
    assert str(told.value) == (
        f"no submissions in the folder {tmp_path}\n  {tmp_path / '.DS_Store'}: hidden\n  put a file or a folder a student there"
    )


def test_known_students_tell_a_group_from_a_student(tmp_path: Path) -> None:
    made(tmp_path, "group/Ana.txt", "group/li.wei.txt", "kofi/Q.txt", "kofi/K.txt", "mara/li.wei.txt")
    known = set(map(student_name, ("ana", "Li.Wei", "kofi", "mara")))
    assert whose(submissions([tmp_path], known), tmp_path) == {
        "Ana": ["group/Ana.txt"],
        "li.wei": ["group/li.wei.txt"],
        "kofi": ["kofi/K.txt", "kofi/Q.txt"],
        "mara": ["mara/li.wei.txt"],
    }
    [one] = submissions([tmp_path / "kofi"], known).submissions  # not a class of two, K and Q
    assert (one.students[0], len(one.files)) == ("kofi", 2)
    assert len(submissions([tmp_path / "kofi"]).submissions) == 2


def test_names_are_compared_as_people_read_them() -> None:
    assert student_name("Zoe\u0308 ") == student_name("ZOË")
