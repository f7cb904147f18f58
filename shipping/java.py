"""Java, in which Salesforce's checkers are written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

from shipping.missing import Missing

OLDEST = 11
PACKAGE = "default-jre-headless"
INSTALL_SECONDS = 600
FIRST_NUMBER = re.compile(r'version "(\d+)')


def find() -> str:
    """The program; raises Missing where there is none that is new enough."""
    program = shutil.which("java")
    if program is None or _version(program) < OLDEST:
        raise Missing(f"Java {OLDEST} or newer is needed to check Apex: `apt-get install {PACKAGE}`.")
    return program


def install() -> str:
    """Install Debian's, as root; raises Missing where that may not or cannot be done."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return find()
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", PACKAGE]):
        subprocess.run([apt, *command], timeout=INSTALL_SECONDS, capture_output=True, check=False)  # noqa: S603
    return find()


def _version(program: str) -> int:
    said = subprocess.run([program, "-version"], text=True, capture_output=True, check=False).stderr  # noqa: S603
    number = FIRST_NUMBER.search(said)
    return int(number[1]) if number else 0
