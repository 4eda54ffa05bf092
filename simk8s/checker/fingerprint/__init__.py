"""What a world will do next, as one short value: equal fingerprints have equal futures, but for what stands here.

Part of it: the API objects, the files on the volumes, and where each live program stands. Not part of it:

- names, counts and dates that steer nothing: uids, resource versions, generations, addresses, container ids, image ids,
  messages, UUIDs; how often a node has booted, or a container has been started, and how its instance before ended;
- every moment of time, in objects, in files, in binary logs, and in timers: two worlds that differ only in how far a
  probe's period, a back-off or a `sleep` has come count as one;
- Events and Leases; the answers that chance has yet to give; bytes that are on their way between programs;
- a running container's own layer, and what a server has in memory only: its state is that of its files and its threads;
- processes of probes, and of people, that happen to be under way.
"""

from simk8s.checker.fingerprint.world import Fingerprints

__all__ = ["Fingerprints"]
