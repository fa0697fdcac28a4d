"""What is imported without, or later: each case in a Python of its own, for what is loaded is loaded for all."""

import subprocess
import sys
from pathlib import Path

LIBRARY = """
class Failure(Exception): ...
class Thing:
    number = 7
    def __init__(self, size): self.size = size
def fail(): raise Failure("no")
"""
USER = """
from typing import Optional, Union
import library
from library import Thing

kept: Optional[Thing] = None

def is_thing(what: Union[int, Thing]) -> "bool": return isinstance(what, Thing)
def thing(size: int | Thing): return Thing(size)
def number(): return Thing.number
def tried():
    try: library.fail()
    except library.Failure as error: return str(error)
"""


def ask(folder: Path, *lines: str) -> str:
    """What these lines print, with `library` imported later by `user`."""
    (folder / "library.py").write_text(LIBRARY)
    (folder / "user.py").write_text(USER)
    head = [
        "import sys",
        "from sempre.loading import later, without",
        "with later('library'): import user",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join([*head, *lines])],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_what_is_promised_is_not_imported_and_nothing_is_an_instance_of_it(tmp_path: Path) -> None:
    assert ask(tmp_path, "print(user.is_thing(1), 'library' in sys.modules)") == "False False"


def test_nothing_is_derived_from_what_nobody_imported(tmp_path: Path) -> None:
    said = ask(
        tmp_path,
        "print(issubclass(int, (str, user.Thing)), 'library' in sys.modules, end=' ')",
        "import library",
        "class Derived(library.Thing): ...",
        "print(issubclass(Derived, user.Thing), issubclass(int, user.Thing))",
    )
    assert said == "False False True False"


def test_what_is_called_is_imported_and_is_the_real_one(tmp_path: Path) -> None:
    said = ask(
        tmp_path,
        "made = user.thing(3)",
        "import library",
        "print(type(made) is library.Thing, made.size, user.is_thing(made), user.number())",
    )
    assert said == "True 3 True 7"


def test_an_error_of_a_promised_module_is_caught_by_its_name(tmp_path: Path) -> None:
    assert ask(tmp_path, "print(user.tried())") == "no"


def test_a_promise_is_kept_in_the_block_too(tmp_path: Path) -> None:
    said = ask(
        tmp_path,
        "del sys.modules['user']",
        "with later('library'):",
        "    import user",
        "    print(user.number(), end=' ')",
        "import library",
        "print(library.Thing.number)",
    )
    assert said == "7 7"


def test_what_is_there_already_stays(tmp_path: Path) -> None:
    said = ask(
        tmp_path,
        "import library as before",
        "with later('library'): import library as within",
        "with without('library'): import library as again",
        "print(before is within is again)",
    )
    assert said == "True"


def test_what_is_done_without_cannot_be_imported_and_can_again_afterwards(tmp_path: Path) -> None:
    said = ask(
        tmp_path,
        "try:",
        "    with without('library'): import library",
        "except ImportError: print('absent', end=' ')",
        "import library",
        "print(library.Thing.number)",
    )
    assert said == "absent 7"


def test_a_class_that_is_derived_from_a_promise_cannot_be_made(tmp_path: Path) -> None:
    said = ask(
        tmp_path,
        "with later('library'):",
        "    from library import Thing",
        "    class Derived(Thing, extra='allow'): ...",
        "try: Derived()",
        "except TypeError as error: print(error)",
    )
    assert said == "Derived was imported without its base class."


def test_a_promised_part_of_a_promised_package_is_one_too(tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "__init__.py").write_text("")
    (tmp_path / "house" / "room.py").write_text("size = 4")
    said = ask(
        tmp_path,
        "with later('house', 'house.room'):",
        "    import house.room",
        "    print(hasattr(house.room, 'size'), end=' ')",
        "print('house' in sys.modules, house.room.size)",
    )
    assert said == "True False 4"


def test_the_agent_sdk_comes_without_what_serves_tools_of_ours() -> None:
    lines = "import sys; from sempre.agents.claude import starter; starter._import_running()"
    printed = "print('claude_agent_sdk' in sys.modules, 'mcp' in sys.modules, 'jsonschema' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", f"{lines}; {printed}"], capture_output=True, text=True
    )
    assert done.stdout.split() == ["True", "False", "False"], done.stderr
