"""A container's layer on an image: copied as it is reached for, and never seen by anybody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simk8s.images.bash import BASH
from simk8s.machine import Directory, FileSystem, Machine, SinkHandle
from simk8s.sim import Simulation

CHANGES = [
    "echo more >> /etc/passwd",
    "exec 3< /etc/passwd; echo more >> /etc/passwd; cat <&3; ls -l /etc",
    "truncate -s 3 /etc/passwd; chmod 600 /etc/passwd; chown 7:8 /etc/group; touch -d @5 /usr/bin",
    "rm /usr/bin/sed; rm -r /etc; ls -a /; sed --version",
    "mv /usr/bin/sed /usr/bin/gsed; mv /etc /old; echo x > /old/passwd; chmod 700 /old/group",
    "ln /etc/passwd /etc/same; echo more >> /etc/same; stat -c %h /etc/passwd; rm /etc/passwd; ls -l /etc",
    "ln -s /etc /conf; echo x > /conf/new; mkdir /etc/d; rmdir /etc/d; mkfifo /etc/f",
    "cp -r /etc /copy; cp /copy/passwd /usr/bin/ls; chmod +x /usr/bin/ls; sync; find / -samefile /etc/passwd",
]


def told(root: FileSystem) -> list[str]:
    """Everything about a tree that a program could find out."""
    return [
        f"{path} {replace(inode, number=0, **{'entries': {}, 'durable': None} if isinstance(inode, Directory) else {})}"
        for path, inode in root.walk()
    ]


def run(root: FileSystem, script: str) -> tuple[bytes, list[str], list[str]]:
    """What a script writes, what history says of it, and what it leaves."""
    sim = Simulation()
    output: list[bytes] = []
    sink = SinkHandle(lambda _, data: output.append(bytes(data)))
    Machine(sim, "box", root=root).start(["bash", "-c", script], stdout=sink, stderr=sink.share())
    sim.run(sim.now + 60)
    return b"".join(output), [repr(record) for record in sim.history], told(root)


@pytest.mark.parametrize("script", CHANGES)
def test_what_a_container_does_to_its_layer_is_what_it_would_do_to_a_copy(script: str) -> None:
    image = BASH.root().copy("image")
    before = told(image)
    other = image.layer("other")
    assert run(image.layer("box"), script) == run(image.copy("box"), script)
    assert told(image) == told(other) == told(image.layer("next")) == before


def test_an_image_that_changes_is_seen_by_the_next_container_and_by_no_other() -> None:
    image = BASH.root().copy("image")
    first = image.layer("first")
    image.install({"/etc/new": "x"})
    second, third = image.layer("second"), image.layer("third")
    assert first.find("/etc/new") is None
    run(second, "echo more >> /etc/new; rm /etc/passwd")
    assert second.find("/etc/passwd") is None
    assert first.find("/etc/passwd") is not None
    assert "/etc/new File(content=b'x'" in "".join(told(third))
