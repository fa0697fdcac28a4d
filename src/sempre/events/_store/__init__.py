"""The SQL of the log: its rows, and what of them was packed."""
