"""Pipes: a bounded buffer between processes, with end of file and SIGPIPE."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING

import simpy

from simk8s.machine.content import Content, Sparse, joined, split
from simk8s.machine.errno import Errno, SyscallError
from simk8s.machine.handle import Handle
from simk8s.machine.signals import SIGPIPE
from simk8s.sim import Run, Simulation, Waits
from simk8s.sim.clock import Wait

if TYPE_CHECKING:
    from simk8s.machine.process import Process

CAPACITY = 65536  # pipe(7)


class Pipe:
    """Pieces in flight, each with the history record of its writer, so that the reader knows its cause.

    A long hole comes in many pieces, which mean nothing to a reader that waits for more. Such a reader says how much it
    waits for (`grown`) and is not woken before; nor is somebody in front of it who only passes on (`pass_on_to`). What
    that one waits for goes on at the moment when it would be its turn, without it.
    """

    __slots__ = ("_changed", "_missing", "_onward", "_pieces", "_weight", "readers", "sim", "writers")

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.readers = 0
        self.writers = 0
        self._pieces: deque[tuple[Content, int]] = deque()
        self._weight = 0
        self._changed: list[simpy.Event] = []
        self._missing = 0  # what the one who waits here still waits for, if it is more than a change
        self._onward: tuple[Pipe, Process, int] | None = None

    def changed(self) -> simpy.Event:
        """An event for the next write, read or close."""
        event = simpy.Event(self.sim.env)
        self._changed.append(event)
        if self._missing:  # who waits for much is not the only one any more
            self._missing = 0
            if self._pieces:
                self.notify()
        return event

    def grown(self, count: int) -> simpy.Event:
        """As `changed`, for the reader of an empty pipe: it need not hear of holes before there are `count` bytes."""
        event = self.changed()
        if len(self._changed) == 1:
            self._missing = count
        return event

    def pass_on_to(self, pipe: Pipe, process: Process, count: int) -> None:
        """`process` reads here, so much at a time, writes all of that there, at once, and does nothing else with it."""
        self._onward = pipe, process, count

    def notify(self) -> None:
        """Wake everybody who waits for a change."""
        self._missing = 0
        self.sim.env.wake(self._changed)
        self._changed.clear()

    @property
    def room(self) -> int:
        return CAPACITY - self._weight

    @property
    def is_empty(self) -> bool:
        return not self._pieces

    @property
    def is_ready(self) -> bool:
        """Whether a read returns at once: with data, or with the end."""
        return bool(self._pieces) or self.writers == 0

    def put(self, data: Content, seq: int) -> bool:
        """Take all of `data` if there is room for it; else nothing, and the answer is False."""
        filled = self._weight + (data.weight if type(data) is Sparse else len(data))
        if filled > CAPACITY:
            return False
        if self._changed:
            if not filled and self._is_too_little(data, seq):
                return True
            if self._onward is not None and not self._pieces and len(self._changed) == 1:
                turn = Wait(self.sim.env, 0.0)
                turn.callbacks.append(partial(self._pass_on, self._changed.pop()))
            else:
                self.notify()
        self._weight = filled
        self._pieces.append((data, seq))
        return True

    def _is_too_little(self, hole: Content, seq: int) -> bool:
        """Put a hole where the reader is that waits for more than that, if there is one, and wake nobody."""
        pipe, process, _ = self._onward or (self, None, 0)
        length = hole.length if type(hole) is Sparse else len(hole)
        if length >= pipe._missing or len(self._changed) > 1:
            return False
        if process is not None:
            process.actor.hear(seq)
            seq = process.actor.latest
        pipe._missing -= length
        pipe._pieces.append((hole, seq))
        return True

    def _pass_on(self, waiting: simpy.Event, _: simpy.Event) -> None:
        """Do what the one who passes on does when it is woken; let it do so itself where that is more."""
        if self._onward is None or not waiting.callbacks:  # it has been killed
            return
        pipe, process, count = self._onward
        if not process.is_stopped:
            while self._pieces and pipe.readers and pipe._weight + self._weight <= CAPACITY:
                data, seq = self.take(count)
                process.actor.hear(seq)
                pipe.put(data, process.actor.latest)
            if self.writers and not self._pieces:
                self._changed.append(waiting)
                return
        callbacks, waiting.callbacks = waiting.callbacks, None  # type: ignore[assignment]
        waiting._ok, waiting._value = True, None
        for callback in callbacks:
            callback(waiting)

    def take(self, count: int) -> tuple[Content, int]:
        """The next bytes, at most `count`, from one or more writes."""
        whole, seq = self._pieces.popleft()
        length = whole.length if type(whole) is Sparse else len(whole)
        if not self._pieces and length <= count:  # most are like this
            self._weight = 0
            if self._changed:
                self.notify()
            return whole, seq
        if self._pieces and length < count:
            pieces = [whole]
            while self._pieces and length < count:
                data, latest = self._pieces.popleft()
                pieces.append(data)
                length += data.length if type(data) is Sparse else len(data)
                if latest > seq:
                    seq = latest
            whole = joined(pieces)
        if length > count:
            whole, rest = split(whole, count)
            self._pieces.appendleft((rest, seq))
        self._weight -= whole.weight if type(whole) is Sparse else len(whole)
        if self._changed:
            self.notify()
        return whole, seq

    def take_more(self, hole: Sparse) -> Iterator[Sparse]:
        """What further reads of this length would give, as far as each gives such a hole again."""
        rest, seq = self._pieces[0] if self._pieces else (b"", -1)
        first = rest.segments[0] if isinstance(rest, Sparse) and rest.segments else 0
        times = first // hole.length if isinstance(first, int) and self.readers == 1 else 0
        if times:
            self._pieces.popleft()
            left = split(rest, times * hole.length)[1]
            if len(left):
                self._pieces.appendleft((left, seq))
        return repeat(hole, times)

    def read(self, process: Process, count: int) -> Run[Content]:
        """Up to `count` bytes, waiting for some; none once every writer has closed."""
        while not self._pieces:
            if self.writers == 0:
                return b""
            yield self.changed()
        data, seq = self.take(count)
        process.actor.hear(seq)
        return data

    def read_until(self, process: Process, delimiter: bytes, limit: int) -> Run[bytes]:
        collected = b""
        while len(collected) < limit:
            data = bytes((yield from self.read(process, limit - len(collected))))
            if not data:
                break
            end = data.find(delimiter) + 1 if delimiter else 0
            if end:
                if data[end:]:
                    self._pieces.appendleft((data[end:], process.actor.heard))
                    self._weight += len(data) - end
                return collected + data[:end]
            collected += data
        return collected

    def write(self, process: Process, data: Content) -> Waits:
        """All of `data`, waiting for room. With no reader left: SIGPIPE, or EPIPE for a process that ignores that."""
        size = data.length if type(data) is Sparse else len(data)
        if not size or (self.readers and self.put(data, process.actor.latest)):
            return ()
        return self._fill(process, data)

    def _fill(self, process: Process, data: Content) -> Run[None]:
        rest = data
        while len(rest):
            if self.readers == 0:
                yield from process.raise_signal(SIGPIPE)
                raise SyscallError(Errno.EPIPE)
            if self.put(rest, process.actor.latest):
                break
            room = self.room
            if room > 0:
                self.put(rest[:room], process.actor.latest)
                rest = rest[room:]
            yield self.changed()

    def lose_reader(self) -> None:
        self.readers -= 1
        if self._changed:
            self.notify()

    def lose_writer(self) -> None:
        self.writers -= 1
        if self._changed:
            self.notify()

    def ends(self) -> tuple[PipeReader, PipeWriter]:
        """A handle for each end."""
        return PipeReader(self), PipeWriter(self)


class PipeReader(Handle):
    """The end that is read. At end of file once every writer has closed and the buffer is empty."""

    def __init__(self, pipe: Pipe) -> None:
        self.pipe = pipe
        pipe.readers += 1

    def read(self, process: Process, count: int) -> Run[Content]:
        return self.pipe.read(process, count)

    def take_more(self, hole: Sparse) -> Iterator[Sparse]:
        """Behind a hole that was read: what comes at once of the same length and kind, if nobody else reads here."""
        return self.pipe.take_more(hole) if self.refs == 1 else iter(())

    def read_until(self, process: Process, delimiter: bytes, limit: int) -> Run[bytes]:
        return self.pipe.read_until(process, delimiter, limit)

    def is_ready(self) -> bool:
        return self.pipe.is_ready

    def close(self) -> None:
        self.pipe.lose_reader()


class PipeWriter(Handle):
    """The end that is written."""

    def __init__(self, pipe: Pipe) -> None:
        self.pipe = pipe
        pipe.writers += 1

    def write(self, process: Process, data: Content) -> Waits:
        return self.pipe.write(process, data)

    def close(self) -> None:
        self.pipe.lose_writer()


class PipeBothWays(Handle):
    """A named pipe that one descriptor reads and writes (`<>`): it never sees the end of file nor SIGPIPE."""

    def __init__(self, reader: PipeReader, writer: PipeWriter) -> None:
        self._reader = reader
        self._writer = writer

    def read(self, process: Process, count: int) -> Run[Content]:
        return self._reader.read(process, count)

    def read_until(self, process: Process, delimiter: bytes, limit: int) -> Run[bytes]:
        return self._reader.read_until(process, delimiter, limit)

    def write(self, process: Process, data: Content) -> Waits:
        return self._writer.write(process, data)

    def is_ready(self) -> bool:
        return self._reader.is_ready()

    def close(self) -> None:
        self._reader.release()
        self._writer.release()
