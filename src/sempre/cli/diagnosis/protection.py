"""What stands between an agent and this machine: which protection holds for which worker, said plainly."""

import sys
from collections.abc import Iterator, Sequence

from sempre.cli.diagnosis import agents
from sempre.cli.diagnosis.finding import Examined, Finding, note, ok, problem, warning
from sempre.cli.queue import folders
from sempre.cli.records import read
from sempre.cli.records.access import Connection
from sempre.cli.records.policy import Policy
from sempre.cli.wording import plural

_GATEWAY = (
    "The gateway holds the key: it enters no agent's environment, and each call can be refused."
)


def protection(examined: Examined) -> Iterator[Finding]:
    yield ok(
        "protection",
        "Every tool call is asked by rules first, also when the hook is dead; Sempre's own files, key and port are "
        "always refused.",
    )
    yield from _sandboxes(examined)
    if examined.server is not None:
        yield from _key(examined)
        yield from _unattended(examined)


def _sandboxes(examined: Examined) -> Iterator[Finding]:
    names = sorted({*folders(examined.home), *examined.settings.workers})
    boxed = [name for name in names if examined.settings.worker(name).sandbox]
    free = [name for name in names if name not in boxed]
    if boxed and sys.platform == "linux" and not agents.has_sandbox():
        yield problem(
            "protection",
            f"{_listed(boxed)}: set to run in a sandbox, and there is none that works here, so they do not start.",
            "See the sandbox above; or set sandbox = false for them.",
        )
    elif boxed:
        yield ok("protection", f"{_listed(boxed)}: commands run in a sandbox.")
    if free:
        yield note(
            "protection",
            f"{_listed(free)}: no sandbox. What may edit files and run tests may run any code as you.",
            "Set sandbox = true under [workers.NAME], or run Sempre as a user of its own.",
        )


def _key(examined: Examined) -> Iterator[Finding]:
    assert examined.server is not None  # noqa: S101  (the caller looked)
    found = read(examined.server.get("/api/connection"), Connection)
    if found.kind == "login":
        yield note(
            "protection",
            "Your own `claude` login: agents can read its credential, and no gateway can refuse a call.",
            "To keep the key away from agents: `sempre connect key`.",
        )
    else:
        yield ok("protection", _GATEWAY)


def _unattended(examined: Examined) -> Iterator[Finding]:
    assert examined.server is not None  # noqa: S101  (the caller looked)
    policy = read(examined.server.get("/api/policy"), Policy)
    if policy.proposals_waiting:
        yield note(
            "protection",
            f"{plural(policy.proposals_waiting, 'right')} in sempre.toml waiting for a person; until then it does not hold.",
            "Look at it with `sempre policy proposals`, then approve or refuse it.",
        )
    if alone := [each.channel for each in policy.channels if each.unattended]:
        yield warning(
            "protection",
            f"{_listed(alone)}: unattended. What a person should decide is allowed without one.",
            'Set on_ask = "wait" there, in the dashboard\'s policies or in sempre.toml.',
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
