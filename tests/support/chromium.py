"""Finds the Chromium that browser tests drive, and how to start it."""

import os
import shutil
import sys
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
    "microsoft-edge-stable",
)
PLACES = {
    "darwin": (
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ),
    "win32": (
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
        r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
    ),
}
REMEDY = {
    "darwin": "brew install --cask chromium",
    "win32": "winget install Hibbiki.Chromium",
}
LINUX_REMEDY = "sudo apt-get install chromium (or your distribution's Chromium, Chrome or Edge)"

# Without the background-networking flags Chromium calls home at every start.
ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


def find_chromium() -> str:
    """Returns the browser's path; the error names the command that installs one."""
    chosen = os.environ.get("SEMPRE_CHROMIUM")
    if chosen:
        if found := shutil.which(chosen):
            return found
        raise RuntimeError(f"SEMPRE_CHROMIUM={chosen} is not a program that can be run.")
    for candidate in (*NAMES, *PLACES.get(sys.platform, ())):
        if found := shutil.which(candidate):
            return found
    remedy = REMEDY.get(sys.platform, LINUX_REMEDY)
    raise RuntimeError(
        "Browser tests need Chromium, Chrome or Edge and found none."
        f" Run: {remedy}; or set SEMPRE_CHROMIUM to the browser's path."
    )


def launch_arguments() -> list[str]:
    """Returns the arguments to start it with; root cannot use Chromium's own sandbox."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*ARGUMENTS, "--no-sandbox"] if is_root or Path("/.dockerenv").exists() else [*ARGUMENTS]
