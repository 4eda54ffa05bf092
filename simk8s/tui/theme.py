"""Dark, light and high-contrast themes. Colours only repeat what marks and words say."""

from __future__ import annotations

from textual.theme import Theme

THEMES = (
    Theme(
        "simk8s-dark",
        primary="#5b9bd5",
        secondary="#8c9eb5",
        accent="#e0a458",
        warning="#e0a458",
        error="#e8736a",
        success="#6cc28a",
        foreground="#dfe4ea",
        background="#14181f",
        surface="#14181f",
        panel="#222a35",
        dark=True,
        variables={
            "quiet": "#7f8b9b",
            "select-back": "#2a3444",
            "run-back": "#2c4a6b",
            "run-text": "#ffffff",
            "border-quiet": "#3a4656",
        },
    ),
    Theme(
        "simk8s-light",
        primary="#1f5fa8",
        secondary="#55606e",
        accent="#9a5b00",
        warning="#9a5b00",
        error="#b3261e",
        success="#1a7a3c",
        foreground="#1d242c",
        background="#fbfbf8",
        surface="#fbfbf8",
        panel="#e7eaee",
        dark=False,
        variables={
            "quiet": "#6b7480",
            "select-back": "#d9e2ec",
            "run-back": "#cfe2f7",
            "run-text": "#0b2440",
            "border-quiet": "#c0c7d0",
        },
    ),
    Theme(
        "simk8s-contrast",
        primary="#00ffff",
        secondary="#ffffff",
        accent="#ffff00",
        warning="#ffff00",
        error="#ff8080",
        success="#00ff00",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#303030",
        dark=True,
        variables={
            "quiet": "#d0d0d0",
            "select-back": "#0000c0",
            "run-back": "#ffff00",
            "run-text": "#000000",
            "border-quiet": "#ffffff",
        },
    ),
)

NAMES = [theme.name for theme in THEMES]
