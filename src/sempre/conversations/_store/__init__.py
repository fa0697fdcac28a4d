"""The SQL of conversations, one module a table. Functions take the session first and never commit."""
