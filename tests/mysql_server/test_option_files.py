"""Option files and command lines of the MySQL programs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simk8s.errors import SimError
from simk8s.machine import Directory, File, FileSystem, Machine, NullHandle, Process, Symlink
from simk8s.mysql.client.arguments import BadArguments, Grammar, Option, parse
from simk8s.mysql.client.option_file import BadOptionFile, load_defaults
from simk8s.sim import Actor, Simulation

GRAMMAR = Grammar(
    Option("host", "h", "required"),
    Option("password", "p", "optional"),
    Option("batch", "B"),
    Option("bind", "b"),
)


def process_with(files: dict[str, str]) -> Process:
    root = FileSystem("root")
    root.install(files)
    machine = Machine(Simulation(), root=root)
    return Process(machine, None, [], {"HOME": "/root"}, "/", {0: NullHandle()}, Actor("box"))


def test_the_including_file_comes_first_then_each_directory_by_name() -> None:
    """MYSQLD-30, MYSQLD-31."""
    process = process_with(
        {
            "/etc/mysql/my.cnf": "!includedir /etc/mysql/conf.d/\n!includedir /etc/mysql/mysql.conf.d/\n",
            "/etc/mysql/conf.d/b.cnf": "[mysqld]\nlog-bin\n",
            "/etc/mysql/conf.d/a.cnf": "# 主节点\n[client]\nport=3307\n[mysqld]\nserver-id = 100 # ours\n",
            "/etc/mysql/conf.d/c.cnf.bak": "[mysqld]\nserver-id=5\n",
            "/etc/mysql/mysql.conf.d/d.cnf": "[mysqld]\ndatadir\t= '/var/lib/mysql'\n",
        }
    )
    defaults = load_defaults(process, ("mysqld", "server"), ["--port", "0"])
    assert defaults.words == ["--server-id=100", "--log-bin", "--datadir=/var/lib/mysql", "--port", "0"]


def test_an_option_before_any_group_is_fatal() -> None:
    process = process_with({"/etc/my.cnf": "server-id=1\n"})
    with pytest.raises(
        BadOptionFile, match=r"Found option without preceding group in config file /etc/my.cnf at line 1"
    ):
        load_defaults(process, ("mysqld",), [])


def test_a_world_writable_file_is_ignored_with_a_warning() -> None:
    """MYSQLD-31."""
    process = process_with({"/etc/my.cnf": "[mysqld]\nserver-id=1\n"})
    process.stat("/etc/my.cnf").mode = 0o666
    defaults = load_defaults(process, ("mysqld",), [])
    assert defaults.from_files == []
    assert defaults.warnings == ["Warning: World-writable config file '/etc/my.cnf' is ignored."]


def test_each_start_reads_what_is_in_the_files_then() -> None:
    root = FileSystem("root")
    root.install(
        {"/etc/mysql/my.cnf": "[client]\nport=1\n!includedir /etc/mysql/conf.d\n", "/etc/mysql/conf.d/a.cnf": ""}
    )
    machine = Machine(Simulation(), root=root)
    process = Process(machine, None, [], {"HOME": "/root"}, "/", {0: NullHandle()}, Actor("box"))
    other = Process(machine, None, [], {"HOME": "/home/me"}, "/", {0: NullHandle()}, Actor("box"))
    assert load_defaults(process, ("client",), []).words == ["--port=1"]
    assert load_defaults(process, ("client",), ["-e"]).words == ["--port=1", "-e"]
    root.install({"/etc/mysql/conf.d/b.cnf": "[client]\nhost=b\n", "/home/me/.my.cnf": "[client]\nuser=me\n"})
    assert load_defaults(process, ("client",), []).words == ["--port=1", "--host=b"]
    assert load_defaults(other, ("client",), []).words == ["--port=1", "--host=b", "--user=me"]
    process.stat("/etc/mysql/conf.d/b.cnf").mode = 0o600
    other.uid = 7
    assert load_defaults(other, ("client",), []).words == ["--port=1", "--user=me"]
    assert load_defaults(process, ("client",), []).words == ["--port=1", "--host=b"]
    root.install({"/etc/my.cnf": "nonsense\n"})
    for _ in range(2):
        with pytest.raises(BadOptionFile, match="without preceding group"):
            load_defaults(process, ("client",), [])
    assert load_defaults(process, ("client",), ["--no-defaults"]).words == []


def test_no_defaults_reads_nothing() -> None:
    process = process_with({"/etc/my.cnf": "[mysqld]\nserver-id=1\n"})
    assert load_defaults(process, ("mysqld",), ["--no-defaults", "--port=1"]).words == ["--port=1"]


INCLUDING = {"/etc/mysql/my.cnf": "[mysqld]\nport=1\n!includedir /etc/mysql/conf.d\n", "/etc/mysql/conf.d/a.cnf": "\n"}


def put(process: Process, path: str, text: str) -> None:
    process.machine.mounts.filesystems()[0].install({path: text})


def write(process: Process, path: str, text: str) -> None:
    file = process.stat(path)
    assert isinstance(file, File)
    file.content = text.encode()


def remove(process: Process, folder: str, name: str) -> None:
    directory = process.stat(folder)
    assert isinstance(directory, Directory)
    del directory.entries[name]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda process: put(process, "/etc/my.cnf", "[mysqld]\nport=2\n"), ["--port=2", "--port=1"]),
        (lambda process: put(process, "/root/.my.cnf", "[mysqld]\nport=2\n"), ["--port=1", "--port=2"]),
        (lambda process: put(process, "/etc/mysql/conf.d/b.cnf", "[mysqld]\nport=2\n"), ["--port=1", "--port=2"]),
        (lambda process: write(process, "/etc/mysql/conf.d/a.cnf", "[mysqld]\nport=2\n"), ["--port=1", "--port=2"]),
        (lambda process: write(process, "/etc/mysql/my.cnf", "[mysqld]\n"), []),
        (lambda process: setattr(process.stat("/etc/mysql/my.cnf"), "mode", 0o666), []),
        (lambda process: remove(process, "/etc/mysql", "my.cnf"), []),
        (lambda process: remove(process, "/", "etc"), []),
    ],
)
def test_what_has_changed_is_read_again(change: Callable[[Process], None], words: list[str]) -> None:
    """MYSQLD-30: every start of a program reads the files as they are."""
    process = process_with(INCLUDING)
    for _ in range(2):
        assert load_defaults(process, ("mysqld",), []).words == ["--port=1"]
    change(process)
    assert load_defaults(process, ("mysqld",), []).words == words


def test_a_file_behind_a_link_is_read_again() -> None:
    process = process_with({"/config/1/my.cnf": "[mysqld]\nport=1\n", "/config/2/my.cnf": "[mysqld]\nport=2\n"})
    put(process, "/etc/hosts", "")
    etc, config = process.stat("/etc"), process.stat("/config")
    assert isinstance(etc, Directory)
    assert isinstance(config, Directory)
    etc.entries["my.cnf"] = Symlink("/config/now/my.cnf")
    for folder in ("1", "2"):
        config.entries["now"] = Symlink(folder)
        assert load_defaults(process, ("mysqld",), []).words == [f"--port={folder}"]


def test_short_and_long_options_mix_in_any_order() -> None:
    words = ["-hdb", "--host", "other", "-Bp", "--pass=x", "test", "--", "-B"]
    assert list(parse(words, GRAMMAR)) == [
        ("host", "db"),
        ("host", "other"),
        ("batch", None),
        ("password", None),
        ("password", "x"),
        ("", "test"),
        ("", "-B"),
    ]


@pytest.mark.parametrize(
    ("words", "message", "status"),
    [
        (["--nonsense"], "unknown option '--nonsense'", 2),
        (["-z"], "unknown option '-z'", 2),
        (["--b"], "ambiguous option '--b' (batch, bind)", 3),
        (["-h"], "option '-h' requires an argument", 5),
    ],
)
def test_a_bad_option_is_named(words: list[str], message: str, status: int) -> None:
    with pytest.raises(BadArguments) as refused:
        list(parse(words, GRAMMAR))
    assert (str(refused.value), refused.value.status) == (message, status)


def test_an_option_that_is_not_modelled_is_refused_by_name() -> None:
    with pytest.raises(SimError, match="mysql --html is not modelled"):
        list(parse(["--html"], GRAMMAR, unmodelled=("html",), program="mysql"))
