"""History and results as text: pure functions from data to lines."""
