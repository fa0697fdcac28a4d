"""An import-linter contract: a module whose name begins with an underscore is its package's own."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, output


class PrivateModulesContract(Contract):
    """Broken by each import of `a.b._c` from outside `a.b`."""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Looks at every import of a private module."""
        trespasses = [
            f"{importer} -> {imported}"
            for imported in sorted(graph.modules)
            if (owner := owner_of(imported))
            for importer in sorted(graph.find_modules_that_directly_import(imported))
            if importer != owner and not importer.startswith(f"{owner}.")
        ]
        return ContractCheck(kept=not trespasses, metadata={"trespasses": trespasses})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Prints who reaches where."""
        for trespass in check.metadata["trespasses"]:
            output.print_error(trespass)


def owner_of(module: str) -> str | None:
    """Returns the package to which a private module belongs; None when it is public."""
    parts = module.split(".")
    for depth, part in enumerate(parts):
        if part.startswith("_") and not part.startswith("__"):
            return ".".join(parts[:depth])
    return None
