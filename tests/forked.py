"""``tmat`` for a shell: each command a fork of one process that has imported it, which costs a tenth of starting it.

What a command reads, writes and ends with is its own, as are its folder and its variables; only the imports are shared.
How the program itself starts is tested in tests/test_imports.py and where ``shell`` (tests/cli/shells.py) is told to.
"""

from __future__ import annotations

import array
import atexit
import gc
import marshal
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CLIENT = """#!{python} -IS
import _socket, array, marshal, os, sys
server = _socket.socket(_socket.AF_UNIX)
server.connect({path!r})
said = marshal.dumps((sys.argv, os.getcwd(), dict(os.environ)))
server.sendmsg([len(said).to_bytes(4, "little")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
server.sendall(said)
os._exit(int.from_bytes(server.recv(1), "little"))
"""


def search_path(*more: Path) -> str:
    """PATH with a program ``tmat``, and with more folders, before all others."""
    return os.pathsep.join([_folder(), *map(str, more), os.environ["PATH"]])


@cache
def _folder() -> str:
    """Where a program ``tmat`` is, and where the process listens that has imported it; both end with this process."""
    folder = tempfile.TemporaryDirectory(prefix="tmat-")
    path = f"{folder.name}/socket"
    variables = {
        "PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "OPENBLAS_NUM_THREADS": "1",
        "LANG": "C.UTF-8", "PYTHONUTF8": "1",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.forked", path], env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    atexit.register(folder.cleanup)
    atexit.register(process.wait)
    atexit.register(process.terminate)  # the last said is done first
    assert process.stdout is not None
    assert process.stdout.readline() == b"listening\n"
    program = Path(folder.name) / "tmat"
    program.write_text(CLIENT.format(python=sys.executable, path=path), encoding="utf-8")
    program.chmod(0o755)
    return folder.name


def serve(path: str) -> None:
    """Import all of tmat, then fork for each that connects."""
    for module in pkgutil.walk_packages([str(ROOT / "src" / "tmat")], "tmat."):
        with suppress(ImportError):  # an extra that is not installed
            import_module(module.name)
    _warm()
    gc.freeze()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    attending = 0
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(64)
        print("listening", flush=True)
        while True:
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                _attend(connection)
            connection.close()
            attending += 1
            while attending and os.waitpid(-1, os.WNOHANG)[0]:
                attending -= 1


def _warm() -> None:
    """Load what is loaded late, and keep what each fork would work out again."""
    from tests.marked_once import marked_once

    from tmat.articles import auditing
    from tmat.cli.environment import Environment
    from tmat.cli.program import built, command_names, run

    auditing.mark = marked_once(auditing.mark)
    for name in command_names():
        built(name, "rich")
    for line in (
        "attention --help",
        "attention -f table",
        "attention --work Z[1,1]",
        "example thrones",
        "example journey",
    ):
        run(line.split(), Environment.piped())


def _attend(connection: socket.socket) -> None:
    """Run one command in a process of its own and say with what it ended."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    length, rights, _, _ = connection.recvmsg(4, socket.CMSG_SPACE(3 * array.array("i").itemsize))
    streams = array.array("i", rights[0][2])
    with connection.makefile("rb") as reading:
        arguments, folder, variables = marshal.loads(reading.read(int.from_bytes(length, "little")))
    child = os.fork()
    if child == 0:
        connection.close()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(variables)
        _command(arguments)
    for stream in (*streams, 0, 1, 2):
        os.close(stream)  # or a reader would wait for them
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    connection.sendall((code if code >= 0 else 128 - code).to_bytes(1, "little"))
    os._exit(0)


def _command(arguments: list[str]) -> None:
    from tmat.__main__ import main

    sys.argv = arguments
    encoding = os.environ.get("PYTHONIOENCODING", "utf-8")
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        newline, errors = None if mode == "r" else "\n", "backslashreplace" if number == 2 else "strict"
        stream = open(number, mode, encoding=encoding, errors=errors, newline=newline, closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
    code = 1
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1])
