"""Sees to it that browser tests find a browser: installs Debian's Chromium where that is allowed."""

import os
import shutil
import subprocess
import sys

from tests.support.chromium import find_chromium

APT = ["apt-get", "--yes", "--option", "DPkg::Lock::Timeout=300"]
PACKAGES = ["chromium", "fonts-liberation"]


def provide_browser() -> None:
    """Returns when there is a browser; exits with the command to run when there can be none."""
    try:
        find_chromium()
    except RuntimeError as error:
        if not may_install():
            sys.exit(f"\n{error}\nOr leave those tests out: make test ARGS=\"-m 'not browser'\"")
        install()
        find_chromium()


def may_install() -> bool:
    """Tells whether installing a system package is ours to do: root on Debian, nothing chosen."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return is_root and bool(shutil.which("apt-get")) and "SEMPRE_CHROMIUM" not in os.environ


def install() -> None:
    """Installs Chromium and a font for it."""
    print("Installing Chromium for the browser tests", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for action in (["update"], ["install", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run([*APT, *action], env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"apt-get {action[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
