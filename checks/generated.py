"""The dashboard's API types are those of the server: schema.gen.ts is generated and never edited.

`write_schema` makes it anew (`make fix`); run as a script, this compares and writes nothing.
"""

import difflib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from checks.commands import DASHBOARD, ROOT, packaged
from sempre.api import openapi_document

SCHEMA = DASHBOARD / "src" / "api" / "schema.gen.ts"
LONGEST_DIFF = 60


def generate() -> str:
    """Returns the TypeScript that the server's OpenAPI document stands for."""
    with tempfile.TemporaryDirectory() as folder:
        document, types = Path(folder) / "openapi.json", Path(folder) / "schema.ts"
        document.write_text(json.dumps(openapi_document(), indent=2))
        command = packaged("openapi-typescript/bin/cli.js", str(document), "--output", str(types))
        subprocess.run(command.arguments, cwd=command.folder, check=True, stdout=subprocess.DEVNULL)
        return types.read_text()


def write_schema() -> None:
    """Brings the file up to date."""
    SCHEMA.write_text(generate())


def main() -> int:
    """Compares the file with what would be generated."""
    lines = difflib.unified_diff(
        SCHEMA.read_text().splitlines(),
        generate().splitlines(),
        "committed",
        "generated",
        lineterm="",
    )
    difference = list(lines)[:LONGEST_DIFF]
    if difference:
        place = SCHEMA.relative_to(ROOT)
        print("\n".join([*difference, f"{place} is not what the API says. Run: make fix"]))
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
