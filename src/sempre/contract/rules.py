"""A person's rule: which calls it is about, and what becomes of them."""

from dataclasses import dataclass

from sempre.contract.actions import Risk, Verdict


@dataclass(frozen=True, kw_only=True)
class Rule:
    """An empty condition holds for every call. `channel`, `tool` and the names in `path` may hold `*`; `**` in a path
    is any number of names, and a path that does not begin with a slash begins in the worker's directory. `command`
    is the first words of a simple command. `risk`: an allowing rule holds up to it, any other from it on."""

    id: str
    verdict: Verdict
    channel: str = ""
    tool: str = ""
    command: str = ""
    path: str = ""
    risk: Risk | None = None
    note: str = ""

    @property
    def conditions(self) -> tuple[str, ...]:
        """What it says, without its name: two rules with the same are the same rule."""
        risk = self.risk.value if self.risk else ""
        return (self.verdict.value, self.channel, self.tool, self.command, self.path, risk)

    @property
    def allows(self) -> bool:
        return self.verdict is Verdict.ALLOW
