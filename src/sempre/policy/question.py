"""What a call needs, one by one: that a tool or a simple command runs, and that each place is read or written."""

from dataclasses import dataclass, replace

from sempre.contract.actions import Judgement
from sempre.policy.paths import Ground


@dataclass(frozen=True, kw_only=True)
class Question:
    """`default` is the answer when no person's rule says another.

    Of a place: `place` is where it really is (None: unclear), with `writes` and `walks`. Of a run: `words` are the
    simple command's, None for another tool; `text` is a command line that is not understood; `places` is all that
    it touches, None when that is unclear.
    """

    default: Judgement
    tool: str
    words: tuple[str, ...] | None = None
    text: str | None = None
    of_place: bool = False
    place: str | None = None
    writes: bool = False
    walks: bool = False
    places: tuple[str, ...] | None = ()


@dataclass(frozen=True)
class Places:
    """Makes the questions about places, of one tool or simple command."""

    ground: Ground
    tool: str
    words: tuple[str, ...] | None = None

    def reading(self, path: str, base: str) -> Question:
        return self._of(self.ground.reading(path, base), path, base)

    def writing(self, path: str, base: str) -> Question:
        return replace(self._of(self.ground.writing(path, base), path, base), writes=True)

    def walking(self, path: str, base: str) -> Question:
        return replace(self._of(self.ground.walking(path, base), path, base), walks=True)

    def _of(self, judgement: Judgement, path: str, base: str) -> Question:
        return Question(
            default=judgement,
            tool=self.tool,
            words=self.words,
            of_place=True,
            place=self.ground.place(path, base),
        )


def run(
    default: Judgement,
    tool: str,
    places: "list[Question] | tuple[Question, ...]" = (),
    *,
    words: tuple[str, ...] | None = None,
    text: str | None = None,
) -> Question:
    """That it runs at all, touching those places."""
    real = [each.place for each in places]
    known = tuple(each for each in real if each is not None)
    return Question(
        default=default,
        tool=tool,
        words=words,
        text=text,
        places=known if len(known) == len(real) else None,
    )
