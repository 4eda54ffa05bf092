"""An image is a root file system and a way to start it, most of it taken over from the image below."""

from __future__ import annotations

import pytest

from simk8s.images import Image, default_registry
from simk8s.images.bash import BASH
from simk8s.images.debian import BUSTER, DEBIAN, JESSIE
from simk8s.machine import Directory, File, FileSystem, Machine, Process, SinkHandle, Symlink, program
from simk8s.machine.program import load
from simk8s.programs import names_of_programs
from simk8s.programs.catalogue import MODULES
from simk8s.sim import Run, Simulation


def run(image: Image, *argv: str) -> tuple[int, str]:
    """Run a command in a fresh container of an image; its status and everything that it wrote."""
    sim = Simulation()
    machine = Machine(sim, root=image.root().copy("container"))
    written = bytearray()
    sink = SinkHandle(lambda _, data: written.extend(data))
    process = machine.start(list(argv) or image.argv(), env=image.env, stdout=sink, stderr=sink.share())
    return sim.run(process.exited), written.decode()


def test_an_image_of_ones_own_takes_a_few_lines() -> None:
    greeter = Image(
        "example.com/greeter",
        based_on=DEBIAN,
        files={"/usr/local/bin/greet": "#!/bin/bash\necho hello $1 | tr a-z A-Z\n", "/etc/greeting": "hi\n"},
        env={"WHO": "you"},
        entrypoint=["greet"],
        command=["world"],
    )
    assert run(greeter) == (0, "HELLO WORLD\n")
    assert greeter.env["PATH"] == DEBIAN.env["PATH"]
    assert greeter.env["WHO"] == "you"


def test_a_program_of_ones_own_is_a_function() -> None:
    @program("test-images-answer")
    def answer(process: Process) -> Run[int]:
        yield from process.print("42")
        return 0

    image = Image("answer", based_on=DEBIAN, programs=["/usr/local/bin/answer=test-images-answer"])
    assert run(image, "sh", "-c", "answer") == (0, "42\n")


def test_containers_do_not_share_what_they_write() -> None:
    first, second = DEBIAN.root().copy("a"), DEBIAN.root().copy("b")
    first.install({"/etc/new": "x"})
    assert second.find("/etc/new") is None
    assert DEBIAN.root().find("/etc/new") is None


def test_a_new_entrypoint_drops_the_command_below() -> None:
    base = Image("base", command=["bash"])
    assert Image("a", based_on=base).argv() == ["bash"]
    assert Image("b", based_on=base, entrypoint=["run"]).argv() == ["run"]


@pytest.mark.parametrize(
    ("command", "args", "argv"),
    [
        (None, None, ["entry", "cmd"]),
        (["x"], None, ["x"]),
        (None, ["y"], ["entry", "y"]),
        (["x"], ["y"], ["x", "y"]),
    ],
)
def test_a_pods_command_and_args_replace_those_of_the_image(
    command: list[str] | None, args: list[str] | None, argv: list[str]
) -> None:
    assert Image("a", entrypoint=["entry"], command=["cmd"]).argv(command, args) == argv


def test_old_debian_has_a_bin_directory_and_new_debian_a_link() -> None:
    assert isinstance(JESSIE.root().find("/bin"), Directory)
    assert isinstance(DEBIAN.root().find("/bin"), Symlink)
    for image in (JESSIE, BUSTER, DEBIAN):
        assert run(image, "/bin/bash", "-c", "echo $BASH_VERSION | cut -c1") == (0, "5\n")
        assert run(image, "/usr/bin/env", "sh", "-c", "echo ok") == (0, "ok\n")


def test_busybox_has_no_bash_and_no_ncat() -> None:
    """IMG-7"""
    busybox = default_registry().find("busybox:1.36")
    assert busybox is not None
    for name in ("bash", "ncat", "mysql", "curl"):
        assert run(busybox, "sh", "-c", name)[0] == 127
    assert run(busybox, "sh", "-c", "hostname; echo a | sed s/a/b/; nc localhost 9")[1].startswith("box\nb\n")


@pytest.mark.parametrize("image", [DEBIAN, BASH])
@pytest.mark.parametrize("name", ["perl", "fmt", "dircolors"])
def test_a_program_that_exists_but_is_not_modelled_says_so(image: Image, name: str) -> None:
    status, text = run(image, "sh", "-c", f"{name} -e 1")
    assert (status, text) == (120, f"{name}: this program is not modelled by simk8s (SK311)\n")


@pytest.mark.parametrize("name", ["base32", "csplit", "dir", "logname", "mknod", "pathchk", "sha224sum"])
def test_debian_has_all_of_coreutils_that_is_modelled(name: str) -> None:
    assert run(DEBIAN, "sh", "-c", f"command -v {name}")[0] == 0


def test_users_of_an_image_are_known_by_name() -> None:
    image = Image("db", based_on=DEBIAN, users={"mysql": 999}, directories={"/var/lib/mysql": (0o750, 999)})
    assert run(image, "stat", "-c", "%U %a", "/var/lib/mysql") == (0, "mysql 750\n")
    assert run(image, "id", "mysql") == (0, "uid=999(mysql) gid=999(mysql) groups=999(mysql)\n")


def test_devices_are_there() -> None:
    script = "echo gone > /dev/null; echo out > /dev/stdout; echo err > /dev/stderr; head -c 3 /dev/zero | wc -c"
    assert run(DEBIAN, "bash", "-c", script) == (0, "out\nerr\n3\n")
    assert run(DEBIAN, "bash", "-c", "echo in | cat /dev/stdin; exec 5>&1; echo five > /dev/fd/5") == (0, "in\nfive\n")


def test_pause_waits_until_it_is_asked_to_end() -> None:
    image = default_registry().find("registry.k8s.io/pause:3.9")
    assert image is not None
    sim = Simulation()
    process = Machine(sim, root=image.root().copy("sandbox")).start(image.argv())
    sim.run(100)
    assert process.is_alive
    process.kill(15)
    assert sim.run(process.exited) == 0


@pytest.mark.parametrize("module", sorted(MODULES))
def test_the_catalogue_names_what_each_module_registers(module: str) -> None:
    from importlib import import_module

    from simk8s.machine import PROGRAMS

    import_module(f"simk8s.programs.{module}")
    for name in MODULES[module].split():
        assert PROGRAMS[name].__module__.startswith("simk8s.programs"), name
        assert PROGRAMS[name].__qualname__ != "_importing.<locals>.main", f"{module} does not register {name}"


@pytest.mark.parametrize("reference", ["bash", "debian:12", "busybox:1.36", "alpine:3.19", "nginx:1", "mysql:5.7"])
def test_every_executable_of_an_image_leads_to_a_program(reference: str) -> None:
    image = default_registry().find(reference)
    assert image is not None
    machine = Machine(Simulation(), root=image.root().copy("box"))
    process = machine.start(["sleep", "1"], env=image.env)
    for path, inode in image.root().walk():
        if isinstance(inode, File) and inode.mode & 0o111 and bytes(inode.content[:4]) == b"\x7fELF":
            load(process, path, [path])


def test_the_bash_image_has_every_program() -> None:
    image = default_registry().find("bash")
    assert image is not None
    names = {path.rpartition("/")[2] for path, _ in image.root().walk()}
    assert set(names_of_programs()) <= names


def test_an_image_can_leave_out_what_the_one_below_has() -> None:
    slim = Image("slim", based_on=DEBIAN, without=["/bin/hostname"])
    assert run(slim, "bash", "-c", "hostname")[0] == 127


def test_the_arrangement_of_a_root_is_the_last_word() -> None:
    def arrange(root: FileSystem) -> None:
        root.install({"/etc/motd": "last\n"})

    assert (
        run(Image("a", based_on=DEBIAN, files={"/etc/motd": "first\n"}, arrange=arrange), "cat", "/etc/motd")[1]
        == "last\n"
    )
