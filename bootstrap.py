"""Makes a working Sempre out of a fresh clone: python3 bootstrap.py run|test|check|...

Standard library only, and readable by any Python from 3.6 on, so that it can name what is missing.
It owns .venv and nothing else; what is up to date is not touched again, nor is what that would need imported.
"""

import contextlib
import os
import sys
import time
from collections import deque
from pathlib import Path
from typing import Deque, Dict, Iterator, List, NamedTuple, Optional

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
VENV_PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST = (3, 11)
MINORS = (14, 13, 12, 11)
NOT_SOURCES = frozenset({"node_modules", "dist", "coverage", ".tanstack", "test-results"})
YOUNG_SECONDS = 2  # a file system may not tell two changes apart that are closer than this
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
PROBE = (
    "import sys, importlib.util as u; print(sys.executable, '%d.%d' % sys.version_info[:2],"
    " all(u.find_spec(m) for m in ('venv', 'ensurepip')), sep='|')"
)
HELP = """usage: python3 bootstrap.py COMMAND [ARGUMENTS]

  run     start Sempre in ./home and open the dashboard (arguments: sempre up --help)
  demo    start it with a sample workspace on the scripted model
  test    everything that a change must pass; with arguments only pytest, which gets them
  check   format, lint, types, import rules, duplicates, generated files
  fix     mend what check can mend by itself
  bench   measure, side by side with the alternatives
  soak    the long form of the durability suite
  lock    pin all dependencies again
"""


class BootstrapError(Exception):
    """Something that a person must act on: what happened and what to do."""


class Python(NamedTuple):
    """An interpreter that was asked what it is."""

    path: str
    version: str
    has_venv: bool

    def is_new_enough(self) -> bool:
        """Tells whether Sempre runs on it."""
        return tuple(int(part) for part in self.version.split(".")) >= OLDEST


# --- finding a Python ---------------------------------------------------------------------------


def list_candidates() -> Iterator[List[str]]:
    """Yields the commands that may start a Python, the likeliest first."""
    import shutil  # slow, as subprocess below: a second run needs neither

    yield [getattr(sys, "_base_executable", None) or sys.executable]
    names = ["python3", "python"] + ["python3.%d" % minor for minor in MINORS]
    for path in filter(None, map(shutil.which, names)):
        yield [path]
    launcher = shutil.which("py")
    for minor in MINORS if launcher else ():
        yield [str(launcher), "-3.%d" % minor]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for pattern in ("versions/*/bin/python3", "pyenv-win/versions/*/python.exe"):
        for path in sorted(pyenv.glob(pattern), reverse=True):
            yield [str(path)]


def probe(command: List[str]) -> Optional[Python]:
    """Asks a command what Python it is; None when it is none."""
    import subprocess

    try:
        answer = subprocess.run(
            [*command, "-c", PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=20,
            universal_newlines=True,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    parts = answer.stdout.strip().split("|")
    if answer.returncode != 0 or len(parts) != 3:
        return None
    return Python(parts[0], parts[1], parts[2] == "True")


def find_python(candidates: Iterator[List[str]]) -> Python:
    """Returns the first Python that is new enough and can make a virtual environment."""
    incomplete = None
    for command in candidates:
        found = probe(command)
        if found and found.is_new_enough():
            if found.has_venv:
                return found
            incomplete = incomplete or found
    raise BootstrapError(advise(incomplete, read_os_release()))


def read_os_release(path: str = "/etc/os-release") -> Dict[str, str]:
    """Returns what the Linux distribution says of itself."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {name: value.strip("\"'") for name, value in pairs}


def advise(incomplete: Optional[Python], system: Dict[str, str]) -> str:
    """Says which package to install, for this machine."""
    if incomplete:
        what = "Python %s (%s) lacks its venv module." % (incomplete.version, incomplete.path)
        return "%s Run: %s" % (what, name_venv_package(incomplete, system))
    what = "Sempre needs Python %d.%d or newer and found none." % OLDEST
    return "%s Run: %s" % (what, name_python_package(sys.platform, system))


def name_venv_package(python: Python, system: Dict[str, str]) -> str:
    """Returns the command that adds the venv module to this Python."""
    if is_like(system, "debian"):
        return "sudo apt-get install python%s-venv" % python.version
    return name_python_package(sys.platform, system)


def name_python_package(platform: str, system: Dict[str, str]) -> str:
    """Returns the command that installs a Python that is new enough."""
    if platform == "darwin":
        return "brew install python@3.13"
    if platform == "win32":
        return "winget install Python.Python.3.13"
    if is_like(system, "debian"):
        return name_debian_package(system)
    commands = {
        "fedora": "sudo dnf install python3" if system.get("ID") == "fedora" else "",
        "rhel": "sudo dnf install python3.11",
        "suse": "sudo zypper install python311",
        "arch": "sudo pacman -S python",
        "alpine": "sudo apk add python3",
    }
    for family, command in commands.items():
        if command and is_like(system, family):
            return command
    return "your system's package for Python 3.11 or newer (or pyenv install 3.13)"


def name_debian_package(system: Dict[str, str]) -> str:
    """Tells Debian's and Ubuntu's releases apart: the older ones have no such package."""
    is_ubuntu = is_like(system, "ubuntu")
    release = tuple(int(part) for part in system.get("VERSION_ID", "99").split("."))
    if release < ((22, 4) if is_ubuntu else (12,)):
        return "pyenv install 3.13 (this release has no package of Python 3.11 or newer)"
    if is_ubuntu and release < (23, 4):
        return "sudo apt-get install python3.11 python3.11-venv"
    return "sudo apt-get install python3 python3-venv"


def is_like(system: Dict[str, str], family: str) -> bool:
    """Tells whether a distribution is of a family."""
    return family in [system.get("ID", ""), *system.get("ID_LIKE", "").split()]


# --- showing progress ---------------------------------------------------------------------------


def say(text: str) -> None:
    """Prints at once, also into a pipe."""
    print(text, flush=True)


class Ticker:
    """Shows that a long step moves: on a terminal in one line, elsewhere every ten seconds."""

    def __init__(self) -> None:
        self.started = self.shown = time.monotonic()
        self.is_terminal = sys.stdout.isatty()

    def show(self, line: str) -> None:
        """Shows a line of the step's output, shortened, if it is time to."""
        import shutil

        now = time.monotonic()
        width = shutil.get_terminal_size().columns - 12
        text = "%7.1f s  %s" % (now - self.started, line.strip()[: max(width, 20)])
        if self.is_terminal and now - self.shown > 0.1:
            sys.stdout.write("\r\033[K" + text)
            sys.stdout.flush()
            self.shown = now
        elif not self.is_terminal and now - self.shown > 10:
            say(text)
            self.shown = now

    def end(self, title: str) -> None:
        """Leaves one line for the whole step."""
        clear = "\r\033[K" if self.is_terminal else ""
        say("%s%7.1f s  %s" % (clear, time.monotonic() - self.started, title))


def run_step(title: str, command: List[str]) -> None:
    """Runs a part of the preparation; its output is shown when it fails."""
    import subprocess

    ticker = Ticker()
    ticker.show(title)
    kept: Deque[str] = deque(maxlen=400)
    with subprocess.Popen(
        command,
        cwd=str(ROOT),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        errors="replace",
        close_fds=False,
    ) as process:
        for line in process.stdout or ():
            kept.append(line)
            if line.strip():
                ticker.show(title + ": " + line)
    if process.returncode != 0:
        raise BootstrapError("%s failed (%s):\n%s" % (title, " ".join(command), "".join(kept)))
    ticker.end(title)


# --- preparing .venv ----------------------------------------------------------------------------


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Lets one preparation at a time work on this clone; the lock ends with the process."""
    with (ROOT / ".bootstrap.lock").open("a+") as lock:
        # Steps inherit it: a pip that outlives a killed bootstrap keeps the next one waiting.
        os.set_inheritable(lock.fileno(), True)
        if not try_lock(lock.fileno()):
            say("Another bootstrap is preparing this clone; waiting for it.")
            while not try_lock(lock.fileno()):
                time.sleep(0.2)
        yield


def try_lock(descriptor: int) -> bool:
    """Takes the lock unless another process holds it."""
    try:
        if sys.platform == "win32":
            import msvcrt  # each system has only one of the two

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def prepare(kind: str) -> None:
    """Brings the virtual environment and the dashboard up to date for `run` or `dev`."""
    with alone():
        if not is_whole():
            create_environment()
        if not is_installed(kind):
            install(kind)
        sources = list_sources()
        if not is_built(sources):
            run_step("dashboard", [str(VENV_PYTHON), "hatch_build.py"])
            built().write_bytes(os.fsencode(read_page() + sources))


def is_whole() -> bool:
    """Tells whether .venv was made here, for this place, and no install into it was cut short."""
    place, unfinished = VENV / "sempre.place", VENV / "sempre.unfinished"
    if not VENV_PYTHON.exists() or unfinished.exists() or not place.exists():
        return False
    return place.read_text(encoding="utf-8") == str(ROOT)


def create_environment() -> None:
    """Makes .venv anew; what was there (moved, cut short, its Python gone) is removed."""
    python = find_python(list_candidates())
    title = "virtual environment of Python %s (%s)" % (python.version, python.path)
    run_step(title, [python.path, "-m", "venv", "--clear", str(VENV)])
    (VENV / "sempre.place").write_text(str(ROOT), encoding="utf-8")


def stamp(kind: str) -> Path:
    """Returns the file that tells what was installed."""
    return VENV / ("sempre.installed-" + kind)


def wanted(kind: str) -> bytes:
    """Returns what the stamp holds when nothing has to be installed."""
    return b"".join((ROOT / name).read_bytes() for name in (LOCKS[kind], "pyproject.toml"))


def is_installed(kind: str) -> bool:
    """Tells whether what `kind` needs is there; the development lock holds all of the other."""
    kinds = ["dev"] if kind == "dev" else ["run", "dev"]
    return any(stamp(k).exists() and stamp(k).read_bytes() == wanted(k) for k in kinds)


def install(kind: str) -> None:
    """Installs the lock, then Sempre itself as an editable package."""
    unfinished = VENV / "sempre.unfinished"
    unfinished.touch()
    pip = [str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    pip += ["--progress-bar", "off"]
    run_step("packages", [*pip, "--require-hashes", "--no-deps", "-r", LOCKS[kind]])
    run_step("sempre", [*pip, "--no-build-isolation", "--no-deps", "--editable", "."])
    stamp(kind).write_bytes(wanted(kind))
    unfinished.unlink()


def built() -> Path:
    """Returns the file that tells of what the page was built."""
    return VENV / "sempre.dashboard"


def is_built(sources: str) -> bool:
    """Tells whether the page is of these sources; if not, hatch_build.py reads whether they changed."""
    page = read_page()
    if not page or not sources or not built().exists():
        return False
    return built().read_bytes() == os.fsencode(page + sources)


def read_page() -> str:
    """Returns what the built page says of itself; nothing when there is none."""
    mark = ROOT / "src" / "sempre" / "web" / ".stamp"
    return mark.read_text(encoding="utf-8") if mark.exists() else ""


def list_sources() -> str:
    """Returns sizes and times of all that the page is built of; nothing when a change is too young to tell."""
    lines: List[str] = []
    newest = 0
    for path in [ROOT / "hatch_build.py", *walk(ROOT / "dashboard")]:
        found = path.stat()
        newest = max(newest, found.st_mtime_ns, found.st_ctime_ns)
        lines.append("\n%s %d %d %d" % (path, found.st_size, found.st_mtime_ns, found.st_ctime_ns))
    return "".join(lines) if time.time() - newest / 1e9 > YOUNG_SECONDS else ""


def walk(top: Path) -> Iterator[Path]:
    """Yields the dashboard's sources, as hatch_build.py does."""
    for folder, folders, files in os.walk(str(top)):
        folders[:] = sorted(set(folders) - NOT_SOURCES)
        for name in sorted(files):
            yield Path(folder, name)


# --- commands -----------------------------------------------------------------------------------

# What runs in the virtual environment, and what must be installed there first.
COMMANDS = {
    "run": ("run", ["sempre", "up", "--open"]),
    "demo": ("run", ["sempre", "demo", "--open"]),
    "test": ("dev", ["checks.everything"]),
    "check": ("dev", ["checks"]),
    "fix": ("dev", ["checks.fix"]),
    "bench": ("dev", ["benchmarks"]),
    "soak": ("dev", ["pytest", "-m", "soak", "-o", "timeout=0"]),
    "lock": ("dev", ["checks.lock"]),
}


def choose_home(command: str, arguments: List[str]) -> List[str]:
    """Returns the option for the git-ignored ./home, unless the caller chose another place."""
    chosen = "SEMPRE_HOME" in os.environ or any(a.split("=")[0] == "--home" for a in arguments)
    return ["--home", str(ROOT / "home")] if command == "run" and not chosen else []


def become(arguments: List[str]) -> int:
    """Becomes Python with these arguments, so that signals reach it; Windows can only wait."""
    os.chdir(str(ROOT))
    command = [str(VENV_PYTHON), *arguments]
    if os.name == "nt":
        import subprocess

        return subprocess.call(command)
    sys.stdout.flush()
    os.execv(command[0], command)
    return 0


def main(arguments: List[str]) -> int:
    """Runs one command and returns its exit code."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if name not in COMMANDS:
        say(HELP)
        return 0 if name in ("-h", "--help", "help") else 2
    kind, module = COMMANDS[name]
    try:
        prepare(kind)
        return become(["-m", *module, *choose_home(name, rest), *rest])
    except BootstrapError as error:
        say("\n%s" % error)
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted; the same command goes on from here.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
