"""Every benchmark, one after the other: `make bench`, or `python -m benchmarks answers turns` for some."""

import sys

from benchmarks import answers, board, cancel, engine, footprint, gateway, live, scrolling, turns

_ALL = {
    "answers": answers.main,
    "turns": turns.main,
    "footprint": footprint.main,
    "live": live.main,
    "board": board.main,
    "engine": engine.main,
    "gateway": gateway.main,
    "cancel": cancel.main,
    "scrolling": scrolling.main,
}


def main() -> None:
    wanted = [name for name in sys.argv[1:] if not name.startswith("-")] or list(_ALL)
    unknown = [name for name in wanted if name not in _ALL]
    if unknown:
        sys.exit(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(_ALL)}")
    sys.argv = sys.argv[:1]  # each reads its own options
    for name in wanted:
        _ALL[name]()


if __name__ == "__main__":
    main()
