"""The stream editor."""
