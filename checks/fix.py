"""Mends what a machine can mend: formatting, simple lint, generated files. `make fix`."""

import subprocess
import sys

from checks.commands import installed, packaged
from checks.generated import write_schema
from checks.reference import write_reference


def main() -> int:
    """Runs every mender; a finding that none can mend is left to `make check`."""
    write_schema()
    write_reference()
    menders = [
        installed("ruff", "check", "--fix", "--exit-zero", "--quiet"),
        installed("ruff", "format", "--quiet"),
        packaged("@biomejs/biome/bin/biome", "check", "--write"),
    ]
    return max(subprocess.call(mender.arguments, cwd=mender.folder) for mender in menders)


if __name__ == "__main__":
    sys.exit(main())
