"""What a right end is: words for what became of each Pod, found by looking from outside, as a user would."""

from simk8s.checker.oracle.oracle import Oracle
from simk8s.checker.oracle.outcome import WORDS, Judgement, Word

__all__ = ["WORDS", "Judgement", "Oracle", "Word"]
