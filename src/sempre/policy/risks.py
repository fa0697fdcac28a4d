"""How much a call may break, and why: shown to whoever decides, and a condition of rules. It judges names, so it is
an estimate for people and never the only fence."""

import os.path
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from sempre.contract.actions import Risk, Verdict
from sempre.policy.programs import PROGRAMS
from sempre.policy.question import Question

Weight = tuple[Risk, str]
_LOW: Weight = (Risk.LOW, "It looks, or works within its own directory.")
_ORDER = tuple(Risk)

_SECRET = re.compile(
    r"\.env(\..+)?|\.netrc|\.pgpass|\.npmrc|\.pypirc|id_(rsa|dsa|ecdsa|ed25519)(\..+)?|.*\.(pem|key|p12|pfx|kdbx)"
    r"|.*(credential|secret|passwd|password|token).*|\.ssh|\.aws|\.gnupg|\.kube|shadow",
    re.IGNORECASE,
)
_OF_PLACES: Mapping[str, Weight] = {
    "orders": (Risk.HIGH, "It changes what git or Claude Code take for orders."),
    "protected": (Risk.HIGH, "It touches what belongs to Sempre or steers Claude Code."),
    "path_unclear": (Risk.MEDIUM, "It is not certain which place it touches."),
}
_READS_OUTSIDE: Weight = (Risk.MEDIUM, "It reads outside of the worker's directory.")
_WRITES_OUTSIDE: Weight = (Risk.HIGH, "It writes outside of the worker's directory.")
_READS_SECRETS: Weight = (Risk.HIGH, "It touches what may hold secrets.")
_UNCLEAR: Weight = (Risk.HIGH, "What this command does cannot be told for certain.")
_UNKNOWN: Weight = (Risk.MEDIUM, "Sempre does not know what this program does.")
_UNKNOWN_TOOL: Weight = (Risk.MEDIUM, "Sempre does not know what this tool does.")
_NETWORK: Weight = (Risk.MEDIUM, "It goes to the network.")
_RUNS_CODE: Weight = (Risk.MEDIUM, "It runs code of the project.")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _each(words: str, risk: Risk, reason: str) -> dict[str, Weight]:
    return dict.fromkeys(words.split(), (risk, reason))


_PROGRAMS: Mapping[str, Weight] = {
    **_each("sudo su doas pkexec runas", Risk.HIGH, "It takes the rights of another user."),
    **_each("rm rmdir unlink shred truncate wipe", Risk.HIGH, "It deletes."),
    **_each("dd mkfs fdisk parted mount umount", Risk.HIGH, "It works on disks."),
    **_each("chmod chown chgrp setfacl", Risk.HIGH, "It changes who may do what with files."),
    **_each(
        "kill pkill killall shutdown reboot systemctl service launchctl crontab at",
        Risk.HIGH,
        "It starts or stops programs of this machine.",
    ),
    **_each("docker podman kubectl helm terraform", Risk.HIGH, "It changes other systems."),
    **_each("env printenv set export", Risk.HIGH, "It shows or changes the environment."),
    **_each(
        "bash sh zsh dash fish eval exec source xargs parallel nohup python python3 node deno bun perl ruby php"
        " osascript powershell pwsh awk",
        Risk.HIGH,
        "It runs any code.",
    ),
    **_each("ssh scp sftp rsync telnet nc ncat socat ftp", Risk.HIGH, "It reaches other machines."),
    **_each("curl wget http https aria2c", Risk.HIGH, "It sends or fetches over the network."),
    **_each("mv cp ln install tee sed", Risk.MEDIUM, "It changes or replaces files."),
    **_each("make pytest tox nox cargo go gradle mvn npx", Risk.MEDIUM, _RUNS_CODE[1]),
}
_INSTALLERS = _set(
    "pip pip3 pipx uv npm pnpm yarn bun apt apt-get dnf yum apk brew gem cargo go conda poetry"
)
_INSTALLS = _set("install add i ci get update upgrade sync")
_PUBLISHES = frozenset({"push", "send-email"})
_DISCARDS = _set("reset clean checkout switch restore rebase filter-branch gc prune stash rm")
_FETCHES = frozenset({"fetch", "pull", "clone", "submodule"})
_WEB = frozenset({"WebFetch", "WebSearch"})


def gravest(questions: Iterable[Question]) -> Weight:
    """The highest of them, the first of its kind."""
    weights = [_LOW, *map(_weigh, questions)]
    return max(weights, key=lambda weight: _ORDER.index(weight[0]))


def _weigh(question: Question) -> Weight:
    if question.of_place:
        return _of_place(question)
    if question.text is not None or question.default.rule in ("not_understood", "protected"):
        return _UNCLEAR if question.default.rule != "protected" else _OF_PLACES["protected"]
    if question.words is not None:
        return _of_command(question.words, looks=question.default.verdict is Verdict.ALLOW)
    if question.tool in _WEB:
        return _NETWORK
    return _UNKNOWN_TOOL if question.default.rule == "tool" else _LOW


def _of_place(question: Question) -> Weight:
    rule = question.default.rule
    if rule in _OF_PLACES:
        return _OF_PLACES[rule]
    outside = _WRITES_OUTSIDE if question.writes else _READS_OUTSIDE
    found = outside if rule == "outside" else _LOW
    if question.place is not None and found[0] is not Risk.HIGH and _is_secret(question.place):
        return _READS_SECRETS
    return found


def _is_secret(place: str) -> bool:
    names = place.replace("\\", "/").split("/")
    return any(_SECRET.fullmatch(name) for name in names[-2:])


def _of_command(words: Sequence[str], *, looks: bool) -> Weight:
    """`looks`: it is allowed by itself, so a program of the list does no more than look."""
    name = os.path.basename(words[0])  # noqa: PTH119  (a word, not a file)
    if looks and (name in PROGRAMS or name in ("cd", "find", "git")):
        return _LOW
    found = [weigh(words) for weigh in _CLOSER] + [_PROGRAMS.get(each) for each in _names(words)]
    known = [each for each in found if each is not None]
    return max(known, key=lambda each: _ORDER.index(each[0])) if known else _UNKNOWN


def _git(words: Sequence[str]) -> Weight | None:
    if "git" not in _names(words[:1]):
        return None
    said = set(words[1:])
    if said & _PUBLISHES:
        return (Risk.HIGH, "It publishes what is in the repository.")
    if said & _DISCARDS or {"--force", "-f", "-D"} & said:
        return (Risk.HIGH, "It can discard work in the repository.")
    if said & _FETCHES:
        return _NETWORK
    return (Risk.MEDIUM, "It changes the repository.")


def _install(words: Sequence[str]) -> Weight | None:
    if not _INSTALLERS & set(_names(words)) or not _INSTALLS & set(words):
        return None
    return (Risk.HIGH, "It installs packages, which run code of others.")


_CLOSER: Sequence[Callable[[Sequence[str]], Weight | None]] = (_git, _install)


def _names(words: Sequence[str]) -> list[str]:
    return [os.path.basename(word).removesuffix(".exe") for word in words]  # noqa: PTH119  (as above)
