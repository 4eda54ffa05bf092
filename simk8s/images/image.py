"""What a container image is: a root file system with executables in it, and how to start it.

An image of one's own is a few lines; put it into a registry and manifests can name it:

>>> from simk8s.images import Image, Registry
>>> from simk8s.images.debian import DEBIAN
>>> greeter = Image(
...     "example.com/greeter",
...     based_on=DEBIAN,
...     files={"/usr/local/bin/greet": "#!/bin/bash\\necho hello from $(hostname)\\n"},
...     programs=["curl"],
...     command=["greet"],
... )
>>> registry = Registry([greeter])
>>> registry.find("example.com/greeter:1.0").argv()
['greet']
>>> greeter.root().find("/usr/bin/curl") is not None
True

A program that exists nowhere yet is a Python generator function with a `@program("name")` over it; see
`simk8s.machine.program`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

from simk8s.images.reference import Reference, normalised
from simk8s.machine import Directory, File, FileSystem, Symlink, executable

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, eq=False)
class Image:
    """An image of some repositories and tags. What is not given comes from the image that it is `based_on`.

    `repository` and `tags` are shell patterns. `files` are put into the root by path; what begins with `#!` becomes
    executable. `programs` are simulated executables, by path or by name (then in /usr/bin); where the program is
    registered under another name, that name follows an `=`. Those in `unmodelled` exist in the real image and say
    that simk8s does not know them (SK311). `links` maps a symbolic link to its
    target, `directories` a path to its mode and owner's uid, `users` a name to its uid and gid. `arrange` does
    whatever else there is to do to the root.
    """

    repository: str | Sequence[str]
    tags: str | Sequence[str] = "*"
    based_on: Image | None = None
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    programs: Iterable[str] = ()
    unmodelled: Iterable[str] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    directories: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    users: Mapping[str, int] = field(default_factory=dict)
    without: Iterable[str] = ()
    arrange: Callable[[FileSystem], None] | None = None
    entrypoint: Sequence[str] | None = None
    command: Sequence[str] | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    working_dir: str = ""
    user: str = ""
    volumes: Sequence[str] = ()
    stop_signal: str = ""
    size_bytes: int = 0

    def __post_init__(self) -> None:
        base = self.based_on
        inherited: dict[str, object] = {
            "env": {**(base.env if base else {"PATH": DEFAULT_PATH}), **self.env},
            "working_dir": self.working_dir or (base.working_dir if base else "/"),
            "user": self.user or (base.user if base else ""),
            "volumes": (*(base.volumes if base else ()), *self.volumes),
            "stop_signal": self.stop_signal or (base.stop_signal if base else "SIGTERM"),
            "size_bytes": self.size_bytes or (base.size_bytes if base else 5_000_000),
        }
        if self.command is None:  # a new entrypoint drops the command of the image below, as in a Dockerfile
            inherited["command"] = base.command if base and self.entrypoint is None else ()
        if self.entrypoint is None:
            inherited["entrypoint"] = base.entrypoint if base else ()
        for name, value in inherited.items():
            object.__setattr__(self, name, value)

    def matches(self, reference: Reference) -> bool:
        """Whether a reference can mean this image. One with a digest only means whatever the repository has."""
        return any(fnmatchcase(reference.repository, pattern) for pattern in self.repositories) and (
            not reference.tag or any(fnmatchcase(reference.tag, tag) for tag in _several(self.tags))
        )

    @cached_property
    def repositories(self) -> tuple[str, ...]:
        """The repository patterns, with their domains."""
        return tuple(normalised(pattern) for pattern in _several(self.repository))

    def argv(self, command: Sequence[str] | None = None, args: Sequence[str] | None = None) -> list[str]:
        """What a container runs, given a Pod's `command` and `args`: `command` replaces both of the image's."""
        if command:
            return [*command, *(args or ())]
        return [*(self.entrypoint or ()), *(args if args else self.command or ())]

    def root(self) -> FileSystem:
        """The root file system. Built once: copy it (`FileSystem.copy`) for each container."""
        return self._root

    @cached_property
    def _root(self) -> FileSystem:
        name = self.repositories[0].rpartition("/")[2]
        root = self.based_on.root().copy(name) if self.based_on else FileSystem(name)
        for link, target in self.links.items():
            root.place(real_path(root, link), Symlink(target))
        for path, (mode, uid) in self.directories.items():
            directory = root.directory(real_path(root, path))
            directory.mode, directory.uid, directory.gid = mode, uid, uid
        for program in self.programs:
            path, _, name = program.partition("=")
            _place_executable(root, path, name or path.rpartition("/")[2])
        for program in self.unmodelled:
            _place_executable(root, program, "unmodelled")
        for path, text in self.files.items():
            data = text.encode() if isinstance(text, str) else text
            root.place(real_path(root, path), File(data, 0o755 if data.startswith(b"#!") else 0o644))
        for path in self.without:
            _remove(root, path)
        for user, number in self.users.items():
            _add_user(root, user, number)
        if self.arrange is not None:
            self.arrange(root)
        return root


def real_path(root: FileSystem, path: str) -> str:
    """`path` with the symbolic links among its directories followed: `/bin/sh` is `/usr/bin/sh` on a merged /usr."""
    *above, name = [part for part in path.split("/") if part]
    here: list[str] = []
    for part in above:
        here.append(part)
        inode = root.find("/".join(here))
        if isinstance(inode, Symlink):
            target = inode.target.strip("/").split("/")
            here = target if inode.target.startswith("/") else here[:-1] + target
    return "/" + "/".join([*here, name])


def _place_executable(root: FileSystem, program: str, registered: str) -> None:
    path = program if program.startswith("/") else f"/usr/bin/{program}"
    root.place(real_path(root, path), executable(registered))


def _remove(root: FileSystem, path: str) -> None:
    parent, _, name = real_path(root, path).rpartition("/")
    directory = root.find(parent)
    if isinstance(directory, Directory):
        directory.entries.pop(name, None)


def _add_user(root: FileSystem, user: str, number: int) -> None:
    for path, line in (("/etc/passwd", f"{user}:x:{number}:{number}::/nonexistent:/bin/sh\n"),
                       ("/etc/group", f"{user}:x:{number}:\n")):  # fmt: skip
        file = root.find(path)
        before = bytes(file.content) if isinstance(file, File) else b""
        root.place(path, File(before + line.encode()))


def _several(patterns: str | Sequence[str]) -> Sequence[str]:
    return (patterns,) if isinstance(patterns, str) else patterns
