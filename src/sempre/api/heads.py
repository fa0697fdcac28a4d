"""How a long text begins, for lists; it says when it goes on. Pure."""

LONGEST = 160


def head(text: str) -> str:
    """At most `LONGEST` characters."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
