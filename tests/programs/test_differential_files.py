"""Programs that change files: simulated and real ones must say the same and leave the same tree."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from simk8s.machine import Directory, Fifo, File, FileSystem, Symlink
from tests.programs.conftest import Box
from tests.programs.test_differential import FILES, cases_in

_CASES = [case for name in ("file", "text", "more_file", "misc") for case in cases_in(f"{name}_cases.txt")]
LINKS = {"link": "words", "tree/broken": "nowhere", "dlink": "d"}
MORE = {"tree/a.txt": "a\n", "tree/sub/b.txt": "bb\n", "tree/sub/run.sh": "#!/bin/sh\n"}


def host_tree(folder: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        mode = stat.S_IMODE(path.lstat().st_mode)
        if path.is_symlink():
            found[name] = ("link", os.readlink(path))
        elif path.is_dir():
            found[name] = ("directory", mode)
        elif path.is_fifo():
            found[name] = ("fifo", mode)
        else:
            found[name] = ("file", mode, path.read_bytes())
    return found


def box_tree(box: Box) -> dict[str, object]:
    found: dict[str, object] = {}
    for path, inode in FileSystem("work", box.root.directory("/work")).walk():
        match inode:
            case Symlink(target):
                found[path[1:]] = ("link", target)
            case Directory():
                found[path[1:]] = ("directory", inode.mode)
            case Fifo():
                found[path[1:]] = ("fifo", inode.mode)
            case File(content):
                found[path[1:]] = ("file", inode.mode, bytes(content))
    return found


def prepare_host(folder: Path) -> None:
    for name, text in {**FILES, **MORE}.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(text)
    (folder / "tree/sub/run.sh").chmod(0o755)
    for name in ("emptydir", "deep/er"):
        (folder / name).mkdir(parents=True)
    for name, target in LINKS.items():
        (folder / name).symlink_to(target)


def prepare_box() -> Box:
    box = Box()
    for name, text in {**FILES, **MORE}.items():
        box.write(name, text)
    box.write("tree/sub/run.sh", MORE["tree/sub/run.sh"], 0o755)
    for name in ("emptydir", "deep/er"):
        box.root.directory(f"/work/{name}")
    for name, target in LINKS.items():
        box.root.place(f"/work/{name}", Symlink(target))
    return box


@pytest.mark.parametrize(("command", "stdin"), _CASES)
def test_the_simulated_program_leaves_the_files_that_the_real_one_leaves(
    command: str, stdin: str, tmp_path: Path
) -> None:
    argv = shlex.split(command.replace("␤", "\n"))
    if shutil.which(argv[0]) is None:
        pytest.skip(f"{argv[0]} is not installed here")
    prepare_host(tmp_path)
    real = subprocess.run(
        argv,
        input=stdin.encode("latin-1"),
        capture_output=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC", "HOME": "/root"},
        timeout=10,
        check=False,
        umask=0o022,
    )
    box = prepare_box()
    ours = box.run(*argv, stdin=stdin.encode("latin-1"))
    theirs = (real.stdout, real.returncode, real.stderr)
    if argv[0] in ("find", "cp"):  # a real directory has an order of its own
        assert sorted(ours.stdout.split(b"\n")) == sorted(real.stdout.split(b"\n"))
        theirs = (ours.stdout, real.returncode, real.stderr)
    assert (ours.stdout, ours.status, ours.stderr) == theirs
    if argv[0] not in ("gzip", "tar"):  # their output holds times
        assert box_tree(box) == host_tree(tmp_path)
