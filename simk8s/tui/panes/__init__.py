"""The panes: each is a function from a moment to rows, and a small widget around it."""
