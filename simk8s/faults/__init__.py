"""What can go wrong, as data: faults, when they strike, and the crash points at which a kill can fall."""

from simk8s.faults.act import (
    Act,
    Delay,
    DeletePod,
    Evict,
    FailDisk,
    FailLiveness,
    FailPull,
    Kill,
    LateStart,
    Partition,
    PowerOff,
    PowerOn,
    SlowDisk,
    SlowProvisioning,
    SlowPull,
    StaleNames,
)
from simk8s.faults.fault import Fault
from simk8s.faults.injector import Injector
from simk8s.faults.moment import AtCommand, AtLine, AtTime, Moment, When
from simk8s.faults.point import CrashPoint
from simk8s.faults.tracer import Tracer

__all__ = [
    "Act",
    "AtCommand",
    "AtLine",
    "AtTime",
    "CrashPoint",
    "Delay",
    "DeletePod",
    "Evict",
    "FailDisk",
    "FailLiveness",
    "FailPull",
    "Fault",
    "Injector",
    "Kill",
    "LateStart",
    "Moment",
    "Partition",
    "PowerOff",
    "PowerOn",
    "SlowDisk",
    "SlowProvisioning",
    "SlowPull",
    "StaleNames",
    "Tracer",
    "When",
]
