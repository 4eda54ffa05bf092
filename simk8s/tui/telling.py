"""What lower floors tell in English, in the language of the app."""

from __future__ import annotations


def told(text: str) -> str:
    """A line of the timeline, or a link of a chain of causes."""
    return text
