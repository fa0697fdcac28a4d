"""Makes text from outside harmless in a log: nothing in it can move a cursor, hide or forge a line."""

import re

# C0 without tab, DEL, C1, line and paragraph separators, and what turns the direction of writing.
_DANGEROUS = re.compile(
    r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def one_line(text: str) -> str:
    """The same text with every control character written out (`\\n`, `\\x1b`)."""
    return _DANGEROUS.sub(_written_out, text)


def json_line(text: str) -> str:
    """The same for text that is JSON already: what it left raw becomes an escape of JSON's own."""
    return _DANGEROUS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def indented(text: str) -> str:
    """Several lines, none of which can be taken for a line of the log: a traceback."""
    return "\n".join(f"    | {one_line(line)}" for line in text.split("\n"))


def _written_out(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
