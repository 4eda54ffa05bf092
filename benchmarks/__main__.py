"""Print what things cost, each as a ratio against a yardstick measured in the same run.

`python -m benchmarks` runs all, `python -m benchmarks bring-up start` some. Seconds are printed for orientation; the
ratios are what can be compared between machines.
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from benchmarks.checker import explore
from benchmarks.scale import scale
from benchmarks.terminal import terminal
from benchmarks.web import WEB
from benchmarks.yardstick import events as events_of
from benchmarks.yardstick import timeouts
from simk8s import Cluster

T = TypeVar("T")

ROOT = Path(__file__).parents[1]
MYSQL = ROOT / "scenarios" / "mysql"


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        for line in BENCHMARKS[name]():
            print(f"{name:<10} {line}", flush=True)
    return 0


def bring_up() -> Iterator[str]:
    """Three MySQL replicas from nothing to Ready, against as many bare SimPy timeouts as it took events.

    In seconds of the processor, so that what else the machine does counts as little as it can.
    """
    events = _mysql(history=True)[1]  # imports and caches,
    _freeze()  # which no collection of garbage need look at again
    rounds = [  # in turns, and the best of each: what the machine needs when nothing disturbs it
        (_mysql(history=True), _mysql(history=False), timeouts(events, time.process_time)) for _ in range(7)
    ]
    yardstick = min(timeouts for _, _, timeouts in rounds)
    taken = {}
    for history in (True, False):
        seconds, _, records, virtual = min(with_history if history else without for with_history, without, _ in rounds)
        taken[history] = seconds
        yield (
            f"3 replicas, history {'on' if history else 'off':<3}: {seconds:.3f} s for {events} events, "
            f"{records} records, {virtual:.0f} virtual s = {seconds / yardstick:.1f} times bare (aim: below 25)"
        )
    yield f"with history it takes {taken[True] / taken[False]:.2f} times as long as without"


def _mysql(*, history: bool) -> tuple[float, int, int, float]:
    gc.collect()  # what the last run has left behind is not the cost of this one
    start = time.process_time()
    cluster = Cluster(seed=1, history=history, addons=["rook"])
    cluster.apply(MYSQL)
    outcome = cluster.run()
    seconds = time.process_time() - start
    assert outcome.reached, outcome
    return seconds, events_of(cluster.sim.env), len(cluster.history.records), cluster.now


def history() -> Iterator[str]:
    """What a moment of a five-replica session costs, in a history that was read from a file."""
    import random
    import tempfile

    from simk8s.scenario import Runner, loading
    from simk8s.world import open as open_trace

    runner = Runner(loading.load(str(ROOT / "scenarios" / "article.yaml")))
    for _ in runner.steps():
        pass
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "trace.jsonl")
        runner.cluster.history.save(path)
        size = path.stat().st_size
        load, chronicle = _timed(lambda: open_trace(path))
    first, _ = _timed(chronicle.at)
    chance = random.Random(1)
    end = chronicle.records[-1].time
    moments = [_timed(lambda: chronicle.at(chance.uniform(0, end)))[0] for _ in range(500)]
    count = len(chronicle)
    yield f"{count} records, {size / count:.0f} bytes each; read and checked in {load * 1000:.0f} ms"
    yield (
        f"at(t): {first * 1000:.0f} ms for the first, which folds everything; then {max(moments) * 1000:.1f} ms at "
        f"most, {statistics.median(moments) * 1000:.2f} ms in the middle (aim: below 100 ms)"
    )


def _timed(act: Callable[[], T]) -> tuple[float, T]:
    begin = time.perf_counter()
    result = act()
    return time.perf_counter() - begin, result


def replicas() -> Iterator[str]:
    """100 and 1,000 Pods of a trivial image on 20 nodes: what one costs should not depend on how many there are."""
    _web(100, "Parallel")
    _freeze()
    for policy in ("OrderedReady", "Parallel"):
        per_replica = {
            count: min(_web(count, policy) for _ in range(rounds)) / count for count, rounds in ((100, 5), (1000, 2))
        }
        yield (
            f"{policy:<12} {per_replica[100] * 1000:.2f} ms a replica at 100, "
            f"{per_replica[1000] * 1000:.2f} ms at 1,000 "
            f"= {per_replica[1000] / per_replica[100]:.2f} times (aim: within 1.5)"
        )


def _web(count: int, policy: str) -> float:
    gc.collect()
    start = time.perf_counter()
    cluster = Cluster(nodes=20, seed=1)
    cluster.apply(WEB.format(replicas=count, policy=policy))
    outcome = cluster.run()
    seconds = time.perf_counter() - start
    assert outcome.reached, outcome
    return seconds


def start() -> Iterator[str]:
    """`simk8s --help` in a new process, against a Python that does nothing."""
    nothing = _wall([sys.executable, "-c", "pass"])
    help_text = _wall([str(Path(sys.executable).with_name("simk8s")), "--help"])
    yield f"simk8s --help: {help_text:.3f} s = {help_text / nothing:.1f} times an empty Python (aim: below 0.3 s)"


LOOPS = {
    "10,000 turns, [ ]": "n=0 s=0; while [ $n -lt 10000 ]; do n=$((n + 1)); s=$((s + n % 7)); done; echo $s",
    "10,000 turns, (( ))": "n=0 s=0; while (( n < 10000 )); do n=$((n + 1)); s=$((s + n)); done; echo $s",
    "200 simple commands": "\n".join(
        f'v{number}="$HOME/x{number}"; : "$v{number}"; echo "line {number} $v{number}"; test -n "$v{number}"'
        for number in range(50)
    ),
}


def shell() -> Iterator[str]:
    """Loops and plain commands next to the real bash, which has its own start to pay for; and the parser."""
    from simk8s import sh

    sh("true")
    for name, script in LOOPS.items():
        rounds = [(_timed(partial(sh, script)), _timed(partial(_in_real_bash, script))) for _ in range(5)]
        assert all(ours.stdout == real for (_, ours), (_, real) in rounds), name
        ours, real = min(seconds for (seconds, _), _ in rounds), min(seconds for _, (seconds, _) in rounds)
        yield f"{name}: {ours * 1000:.1f} ms = {ours / real:.1f} times the real bash (aim: within 10)"
    seconds = min(_processor(partial(sh, LOOPS["10,000 turns, (( ))"])) for _ in range(3))
    yield f"{30_000 / seconds:,.0f} simple steps a second without history (aim: 100,000)"
    for kind, text in (("ordinary", _ordinary), ("dense", _dense)):
        seconds, lines = min(_parsing(text(copy)) for copy in range(5))
        yield f"{lines} {kind} lines parsed in {seconds:.2f} s (aim: below 0.3 s)"


def _parsing(text: str) -> tuple[float, int]:
    from simk8s.shell.syntax import parse

    return _processor(partial(parse, text)), text.count("\n")


def _ordinary(copy: int) -> str:
    """The longest script of the MySQL manifests, again and again, up to 2,000 lines."""
    from simk8s.cluster.manifests import manifests, scripts

    found = [script.text for manifest in manifests([MYSQL]) for script in scripts(manifest)]
    script = max(found, key=len) + "\n"
    count = 2000 // script.count("\n") + 1
    return "".join(script.replace("mysql-0", f"mysql-{copy}-{number}") for number in range(count))


def _dense(copy: int) -> str:
    """2,000 lines of some 90 characters, each with tests, expansions and commands in commands."""
    return "".join(
        f'if [[ $host == "${{name{line}:-db}}-{copy}" && -f "/data/$name{line}" ]]; then echo "${{host%%.*}}" >&2; fi\n'
        f'(( n += {line} )) || wait_for --port=${{port:-{line}}} "$(hostname | cut -d. -f{line % 9})" $((n + {copy}))\n'
        for line in range(1000)
    )


def _processor(act: Callable[[], object]) -> float:
    """The seconds of the processor, whatever else the machine does."""
    begin = time.process_time()
    act()
    return time.process_time() - begin


def _in_real_bash(script: str) -> bytes:
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/root"}
    return subprocess.run(["bash", "-c", script], capture_output=True, env=environment, check=True).stdout


def _freeze() -> None:
    """Keep what is loaded by now out of every later collection of garbage."""
    gc.collect()
    gc.freeze()


def _wall(command: list[str]) -> float:
    """The best of several runs: what the machine needs when nothing disturbs it."""
    seconds = []
    for _ in range(7):
        begin = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


BENCHMARKS: dict[str, Callable[[], Iterator[str]]] = {
    "bring-up": bring_up,
    "check": lambda: explore(MYSQL, {"addons": ["rook"]}),
    "history": history,
    "replicas": replicas,
    "scale": scale,
    "shell": shell,
    "start": start,
    "terminal": terminal,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
