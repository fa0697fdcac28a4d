"""How many processes, for how long, and how patient we are with one. Filled from the settings by `app`."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    alive: int = 8
    starting: int = 2
    idle_seconds: float = 600
    recycle_turns: int = 200
    recycle_mb: int = 400
    provider_retries: int = 4
    start_seconds: float = 60
    accept_seconds: float = 30  # for a sign that the prompt was taken up
    probe_after_seconds: float = 20  # so long nothing was heard: is it alive at all?
    probe_seconds: float = 5
    interrupt_seconds: float = (
        0.7  # then the process is killed: a person waits no longer than a second
    )
    farewell_seconds: float = (
        2  # an idle process needs some 40 ms to go, one that runs a tool 1.4 s
    )
    coalesce_seconds: float = 0.05
