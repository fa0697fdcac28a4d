"""The SQL of budgets, one module a subject. Functions take the session first and never commit."""
