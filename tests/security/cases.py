"""All hostile inputs. `python -m tests.security.cases` writes their table into the docs."""

from pathlib import Path

from tests.security import calls, knocks, page, requests, words
from tests.security.table import write

CASES = [*requests.CASES, *page.CASES, *knocks.CASES, *calls.CASES, *words.CASES]
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "security-cases.md"

if __name__ == "__main__":
    PAGE.write_text(write(CASES), "utf-8")
