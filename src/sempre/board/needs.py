"""What depends on what: a card may not come to need itself. Pure."""

from collections.abc import Mapping, Sequence


def cycle(
    needs: Mapping[str, Sequence[str]], card: str, wanted: Sequence[str]
) -> Sequence[str] | None:
    """The way from `card` back to itself if it needed `wanted`, both ends named; None: there is none."""
    came_from: dict[str, str] = {}
    open_ends = list(wanted)
    for each in wanted:
        came_from.setdefault(each, card)
    while open_ends:
        here = open_ends.pop()
        if here == card:
            return _way(came_from, card)
        for there in needs.get(here, ()):
            if there not in came_from:
                came_from[there] = here
                open_ends.append(there)
    return None


def _way(came_from: Mapping[str, str], card: str) -> Sequence[str]:
    way = [card]
    while True:
        way.append(came_from[way[-1]])
        if way[-1] == card:
            return way[::-1]
