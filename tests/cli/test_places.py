"""Files written again, and places that cannot be written."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.running import attempt, tmat
from tests.cli.shells import UNIX, shell


@UNIX
def test_a_file_that_is_written_again_stays_what_it_was(tmp_path: Path) -> None:
    """A link goes on pointing where it did, and who may read the file stays as it was."""
    for name in ("real.json", "gone.json"):
        (tmp_path / f"to-{name}").symlink_to(name)
    (tmp_path / "real.json").write_text("before")
    (tmp_path / "real.json").chmod(0o600)
    for name in ("real.json", "gone.json"):
        tmat(f"attention -o {tmp_path}/to-{name}")
        assert (tmp_path / f"to-{name}").is_symlink()
        assert (tmp_path / name).read_text().startswith('{"tmat":1')
    assert (tmp_path / "real.json").stat().st_mode & 0o777 == 0o600
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize("target", ["nosuch/x.json", "file/x.json", "folder.json"])
def test_what_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.json").mkdir()
    done = attempt(f"attention -o {target}")
    assert (done.code, done.output) == (3, "")
    assert done.errors.startswith(f"tmat attention: cannot write {target}\n  ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.json"]


@UNIX
def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    codes, _, errors = shell(
        f"cd {tmp_path} && mkdir gone && cd gone && rmdir ../gone && TMAT attention -o x.json", starts=True
    )
    assert (codes[-1], errors) == (3, "tmat attention: cannot write x.json\n  no such file or directory\n")


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="a folder that not even root may write in")
@pytest.mark.parametrize("target", ["/proc/x.json", "/proc/version"])
def test_a_file_system_that_cannot_be_written(target: str) -> None:
    done = attempt(f"attention --format json -o {target}")
    assert (done.code, done.output) == (3, "")
    assert done.errors.startswith(f"tmat attention: cannot write {target}\n  ")
