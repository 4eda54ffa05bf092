"""Memory: what processes and files in memory hold, and what happens beyond the limit."""

from __future__ import annotations

from simk8s.machine import FileSystem, Machine, Process
from simk8s.sim import Run, Simulation

MIB = 1 << 20


def box(limit: int) -> Machine:
    machine = Machine(Simulation())
    machine.memory_limit = limit
    machine.run_function(hold, holder(0))  # the first process, with which all others would end
    return machine


def holder(amount: int, seconds: float = 1000.0) -> list[str]:
    return ["holder", str(amount), str(seconds)]


def hold(process: Process) -> Run[int]:
    yield from process.hold(int(process.argv[1]))
    yield from process.sleep(float(process.argv[2]))
    return 0


def test_what_processes_hold_counts_together_and_comes_back_with_their_end() -> None:
    machine = box(10 * MIB)
    first = machine.run_function(hold, holder(4 * MIB, 5))
    machine.sim.run(1)
    machine.run_function(hold, holder(5 * MIB))
    machine.sim.run(2)
    assert machine.memory == 9 * MIB
    machine.sim.run(6)
    assert (first.status, machine.memory) == (0, 5 * MIB)


def test_beyond_the_limit_everything_on_the_machine_is_killed() -> None:
    machine = box(10 * MIB)
    first = machine.run_function(hold, holder(6 * MIB))
    machine.sim.run(1)
    second = machine.run_function(hold, holder(5 * MIB))
    machine.sim.run(2)
    assert (first.status, second.status) == (137, 137)


def test_files_in_memory_count() -> None:
    machine = box(2 * MIB)
    machine.mounts.mount("/run", FileSystem("tmpfs", in_memory=True))

    def write(process: Process) -> Run[int]:
        for number in range(10):
            yield from process.write_file(f"/run/{number}", b"x" * (MIB // 2))
        return 0

    process = machine.run_function(write, ["write"])
    machine.sim.run(10)
    assert (process.status, sorted(machine.mounts.resolve("/run").inode.entries)) == (137, ["0", "1", "2", "3", "4"])  # type: ignore[union-attr]
