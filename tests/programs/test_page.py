"""The page of programs is true, and no program falls over words that it does not understand."""

from __future__ import annotations

import pytest

from simk8s.machine import File, Machine, SinkHandle, SourceHandle
from simk8s.programs import names_of_programs
from tests.programs.conftest import ENVIRONMENT, Box
from tools.programs import PAGE, options_of, page

WORDS = [[], ["x"], ["x", "y"], ["-"], ["--"], ["-1"], ["-x", "y", "z"], ["f"], ["f", "f"], ["", ""], ["/nodir/x"]]


def test_the_page_of_programs_says_what_they_take() -> None:
    assert PAGE.read_text() == page(), "write it again: python -m tools.programs"


def wrong_words(name: str) -> list[list[str]]:
    """Words that mean little: none, odd ones, and each option with a value that is none."""
    found = [*WORDS, ["--no-such-option"]]
    for item in (options_of(name)[0] or "").split():
        option = item.rstrip(":").split(",")[0]
        dashed = f"-{option}" if len(option) == 1 else f"--{option}"
        found += [[dashed, value, "f"] for value in ("bogus", "-1", "")] if item.endswith(":") else [[dashed, "f"]]
    return found


@pytest.mark.parametrize("name", names_of_programs())
def test_no_program_falls_over_words_that_it_does_not_understand(name: str) -> None:
    """Whatever they are, it ends with a status, or goes on; never with an error of Python."""
    box = Box()
    for words in wrong_words(name):
        box.root.place("/work/f", File(b"a\nb\n", 0o644))
        start(box.machine, [name, *words])
        box.sim.run(box.sim.env.timeout(0.01))
        for pid, process in sorted(box.machine.processes.items()):
            if pid != 1:
                process.kill(9)


def start(machine: Machine, argv: list[str]) -> None:
    sink = SinkHandle(lambda process, data: None)
    machine.start(argv, env=ENVIRONMENT, cwd="/work", stdin=SourceHandle(b"a\n"), stdout=sink, stderr=sink.share())
