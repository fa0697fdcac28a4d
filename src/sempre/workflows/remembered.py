"""What held when the settings were last read, kept beside the proposals, so that a change of the file can be told from a
first start. Each machine has a file of its own, so each fact is a node's."""

from collections.abc import Mapping

from sempre.parsed import fields
from sempre.rulebook import Proposals, Wish

NARROWED = "narrowed"  # the rules that asked or denied
HELD = "held"  # what a worker was left with
CAPPED = "capped"  # the budgets
WANTED = "wanted"  # the proposals that the settings made
_EARLIER = "sandboxed"  # of an earlier version
FACTS = frozenset({NARROWED, HELD, CAPPED, WANTED, _EARLIER})


class Remembered:
    """Facts, and no proposals: nobody decides them."""

    def __init__(self, proposals: Proposals, node: str) -> None:
        self._proposals = proposals
        self.node = node

    def every(self, kind: str) -> Mapping[str, object]:
        """By whom it is about, as last read; the newest counts where a crash left two."""
        known = reversed(self._proposals.known(kind))
        facts = (each.wish for each in known if _node(each.wish) == self.node)
        return {each.subject: _said(each) for each in facts}

    def of(self, kind: str, subject: str = "") -> object | None:
        return self.every(kind).get(subject)

    async def keep(self, kind: str, value: object, subject: str = "") -> None:
        """From now on this, in the place of what was kept before."""
        before = [each.wish for each in self._proposals.known(kind)]
        instead = [each for each in before if (_node(each), each.subject) == (self.node, subject)]
        fact = Wish(kind, subject, {"node": self.node, "said": value})
        await self._proposals.remember(fact, instead=instead)


def _node(fact: Wish) -> object:
    return fields(fact.value).get("node")


def _said(fact: Wish) -> object:
    return fields(fact.value).get("said")
