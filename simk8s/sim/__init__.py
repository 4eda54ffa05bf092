"""Virtual time, seeded chance, and the history of everything that happened, with causes."""

from simk8s.sim.chance import Chooser, Exploring, Replayed, Seeded, chooser_from_token, token_of
from simk8s.sim.history import Actor, History, Record
from simk8s.sim.simulation import EPOCH, Run, Simulation, Waits
from simk8s.sim.task import Task

__all__ = [
    "EPOCH",
    "Actor",
    "Chooser",
    "Exploring",
    "History",
    "Record",
    "Replayed",
    "Run",
    "Seeded",
    "Simulation",
    "Task",
    "Waits",
    "chooser_from_token",
    "token_of",
]
