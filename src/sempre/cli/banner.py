"""What `sempre up` says when it is ready: where it is, how to get in, how to hand in the first prompt."""

import shlex
from dataclasses import dataclass, field

from sempre.app import Application
from sempre.cli import screen
from sempre.cli.calling import command
from sempre.cli.queue import folders
from sempre.home import Home

_NOT_LIVE = {
    "rehearsal": " (rehearsal: answers are scripted)",
    "login": " (on your own `claude` login, without the spend gate)",
}


@dataclass(frozen=True, kw_only=True)
class Welcome:
    """`home` is the one that it works in; a rehearsal beside real work has its own. Commands name `given`."""

    url: str
    mode: str
    given: Home
    home: Home
    model: str | None
    workers: list[str]
    login: str | None = field(repr=False)

    @classmethod
    async def to(cls, application: Application) -> "Welcome":
        from sempre.api.connection import summary_of  # with the pages, which are loaded by then

        plan, doors = application.plan, application.doors
        apart = application.mode == "rehearsal" and not plan.demo
        home = plan.home.rehearsal if apart else plan.home
        link = await doors.logins.create_link() if doors else None
        model = summary_of(await doors.connections.current())[1] if doors else None
        return cls(
            url=application.address,
            mode=application.mode,
            given=plan.home,
            home=home,
            model=model,
            workers=folders(home),
            login=application.address + link.path if link else None,
        )

    def print(self, *, json: bool) -> None:
        """The link is for one login within ten minutes, so it is printed, and not logged."""
        if json:
            facts = {"url": self.url, "mode": self.mode, "home": str(self.home.path)}
            screen.json_line({**facts, "workers": self.workers, "login": self.login})
            return
        screen.say(
            f"Sempre is up on {self.url}{_NOT_LIVE.get(self.mode, '')}", bold=True, colour="green"
        )
        for name, value in self._facts():
            screen.say(f"  {name:8} {value}")

    def _facts(self) -> list[tuple[str, str]]:
        queue = self.home.path / ".queue"
        connect = command(self.given, "connect key")
        facts = [
            ("log in", f"{self.login} (once, within ten minutes)"),
            ("home", str(self.home.path)),
            ("model", self.model or f"none yet: {connect}, or in the dashboard's settings"),
            (
                "workers",
                ", ".join(self.workers) or f"none yet: mkdir {shlex.quote(str(queue))}/NAME",
            ),
        ]
        if self.workers:
            place = shlex.quote(str(queue / self.workers[0] / "hello.prompt"))
            facts.append(("try", f'echo "Who are you?" > {place}'))
            facts.append(("", command(self.given, f'send {self.workers[0]} "Who are you?" --wait')))
        return [*facts, ("stop", "Ctrl-C")]
