"""Sempre: a self-hosted, stateful, always-on runtime for AI agents. Holds the version, nothing else."""


def __getattr__(name: str) -> str:
    """`__version__`, read when it is asked for: that takes a fifth of a quick command's time."""
    if name == "__version__":
        from importlib.metadata import version

        globals()[name] = version("sempre")
        return globals()[name]
    raise AttributeError(name)
