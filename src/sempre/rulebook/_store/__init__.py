"""The SQL of the rulebook."""
