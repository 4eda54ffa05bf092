"""Pipes, and the readers that wait for much."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from simk8s.machine import Content, Process, Sparse
from simk8s.machine.pipe import CAPACITY, Pipe, PipeWriter
from simk8s.sim import Actor, Run, Simulation

HOLE = Sparse([1000])


class Chain:
    """Ten holes of 1000 bytes, one a second, then ten bytes, through one pipe, a relay and another pipe to a reader."""

    def __init__(self, *, wanted: int = 0) -> None:
        self.sim = Simulation()
        self.host = SimpleNamespace(actor=Actor("relay"), is_stopped=False)
        self.relay = cast(Process, self.host)
        self.reader = cast(Process, SimpleNamespace(actor=Actor("reader")))
        self.front, self.back = Pipe(self.sim), Pipe(self.sim)
        for pipe in (self.front, self.back):
            pipe.readers = 1
        self.end = PipeWriter(self.front)
        self.relay_end = PipeWriter(self.back)
        self.wakes: list[tuple[str, float]] = []
        self.received: list[tuple[float, int, int]] = []
        self.front.pass_on_to(self.back, self.relay, 5000)
        self.sim.task(self.send())
        self.relaying = self.sim.task(self.pass_on())
        self.reading = self.sim.task(self.receive(wanted))

    def send(self) -> Run[None]:
        for number in range(11):
            yield self.sim.sleep(1)
            self.front.put(HOLE if number < 10 else b"0123456789", number)
        self.end.release()

    def pass_on(self) -> Run[None]:
        while len(data := (yield from self.front.read(self.relay, 5000))):
            self.wakes.append(("relay", self.sim.now))
            yield from self.back.write(self.relay, data)
        self.relay_end.release()

    def receive(self, wanted: int) -> Run[None]:
        have = 0
        while True:
            if wanted > have and not self.back.is_ready:
                yield self.back.grown(wanted - have)
            data: Content = yield from self.back.read(self.reader, 1 << 20)
            if not len(data):
                return
            have += len(data)
            self.received.append((self.sim.now, have, self.reader.actor.heard))


def test_who_waits_for_a_change_hears_of_every_piece() -> None:
    chain = Chain()
    chain.sim.run()
    assert chain.received[:3] == [(1, 1000, 0), (2, 2000, 1), (3, 3000, 2)]
    assert chain.received[-1] == (11, 10_010, 10)


def test_who_waits_for_much_and_who_passes_on_to_it_hear_when_that_much_is_there() -> None:
    chain = Chain(wanted=7500)
    chain.sim.run()
    assert chain.received == [(8, 8000, 7), (9, 9000, 8), (10, 10_000, 9), (11, 10_010, 10)]
    assert chain.wakes == []  # all that came went past it


def test_a_piece_that_is_no_hole_is_passed_on_at_once_with_all_before_it() -> None:
    chain = Chain(wanted=20_000)
    chain.sim.run()
    assert chain.received == [(11, 10_010, 10)]


def test_who_comes_later_finds_what_the_patient_reader_would_have_had() -> None:
    chain = Chain(wanted=7500)
    chain.sim.run(4.5)
    chain.reading.kill()
    chain.sim.task(chain.receive(0))
    chain.sim.run(4.6)
    assert chain.received == [(4.5, 4000, 3)]
    chain.sim.run()
    assert chain.received[-1] == (11, 10_010, 10)


def test_what_another_writer_says_comes_behind_what_is_kept() -> None:
    chain = Chain(wanted=7500)
    chain.sim.run(2.5)
    chain.back.put(b"!", 1)
    chain.sim.run(2.6)
    assert chain.received == [(2.5, 2001, 1)]
    assert chain.wakes == []


def test_when_the_relay_closes_its_end_nothing_is_lost() -> None:
    chain = Chain(wanted=7500)
    chain.sim.run(3.5)
    chain.relay_end.release()
    chain.sim.run(3.6)
    assert chain.received == [(3.5, 3000, 2)]


def test_a_relay_that_is_stopped_passes_nothing_on_until_it_goes_on() -> None:
    chain = Chain()
    chain.sim.run(2.5)
    chain.host.is_stopped = True
    chain.relaying.pause()
    chain.sim.run(5.5)
    assert chain.received[-1] == (2, 2000, 1)
    chain.host.is_stopped = False
    chain.relaying.resume()
    chain.sim.run(5.6)
    assert chain.received[-1] == (5.5, 5000, 4)


def test_a_relay_that_is_dead_passes_nothing_on() -> None:
    chain = Chain()
    chain.sim.run(2.5)
    chain.relaying.kill()
    chain.sim.run()
    assert chain.received[-1] == (2, 2000, 1)


def test_where_the_next_pipe_is_full_the_relay_waits_for_room_itself() -> None:
    chain = Chain()
    chain.sim.run(1.5)
    chain.reading.kill()
    chain.back.put(bytes(CAPACITY - 4), 0)
    chain.sim.run(11.5)
    assert chain.wakes[0] == ("relay", 11)
    read = chain.sim.task(chain.back.read(chain.reader, 2 * CAPACITY))
    chain.sim.run()
    assert len(read.value) == CAPACITY + 9000
    assert len(chain.back.take(100)[0]) == 6


@given(st.integers(1, 40), st.lists(st.one_of(st.binary(max_size=50), st.integers(1, 200)), min_size=1, max_size=6))
def test_taking_more_of_a_hole_is_reading_it_piece_by_piece(size: int, segments: list[bytes | int]) -> None:
    one, other = Pipe(Simulation()), Pipe(Simulation())
    for pipe in (one, other):
        pipe.readers = 1
        for number, content in enumerate((Sparse(segments), b"tail", Sparse([100]))):
            pipe.put(content, number)
    pieces: list[Content] = []
    while not one.is_empty:
        data, _ = one.take(size)
        pieces.append(data)
        if isinstance(data, Sparse) and not data.weight:
            pieces += one.take_more(data)
    assert pieces == [other.take(size)[0] for _ in pieces]
    assert other.is_empty


def test_more_of_a_hole_is_not_taken_where_somebody_else_reads_too() -> None:
    pipe = Pipe(Simulation())
    pipe.readers = 2
    pipe.put(Sparse([5000]), 7)
    hole, _ = pipe.take(1000)
    assert isinstance(hole, Sparse)
    assert list(pipe.take_more(hole)) == []
    assert len(pipe.take(10_000)[0]) == 4000
