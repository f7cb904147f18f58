"""Play simulated stories under many seeds and say whether the vendors hold the truth at the end of each.

python -m sandbox.soak 100        seeds 1 to 100
python -m sandbox.soak 7-9,23     these seeds
"""

from __future__ import annotations

import logging
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from rich.console import Console
from rich.progress import track

from sandbox.simulation.script import MINUTES, Script
from sandbox.simulation.truth import findings
from sandbox.simulation.world import BEGINNING, World

AFTERMATH = 45 * 60


@dataclass(frozen=True)
class Report:
    """How a story ended.

    Attributes:
        calls: made to vendors, the lost ones included.
        faults: calls that went wrong, by the vendors' doing.
        crashes: how often the service ended in the middle of a call.
    """

    seed: int
    findings: list[str]
    cases: int
    calls: int
    faults: int
    crashes: int
    trace: list[str]


def play(seed: int) -> Report:
    """Play the story of a seed to its end."""
    world = World(seed)
    try:
        script = Script.of(world)
        script.play()
        world.calm()
        world.run_until(BEGINNING + 60 * MINUTES + AFTERMATH)
        return Report(
            seed=seed,
            findings=findings(script),
            cases=len(script.asked),
            calls=world.calls,
            faults=world.faults.met,
            crashes=world.crashes,
            trace=world.trace,
        )
    finally:
        world.close()


def seeds_of(text: str) -> list[int]:
    """Seeds as they are written on the command line: 100, 1-500, or 7,8,9."""
    if text.isdigit():
        return list(range(1, int(text) + 1))
    found: list[int] = []
    for part in text.replace(",", " ").split():
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def main(arguments: list[str]) -> int:
    """The exit code is 0 when every story ended well."""
    console, seeds = Console(), seeds_of(" ".join(arguments) or "100")
    began, bad, reports = time.monotonic(), 0, []
    # What goes wrong in a story is meant to; only how it ends is told.
    with ProcessPoolExecutor(os.cpu_count(), initializer=logging.disable) as pool:
        for report in track(pool.map(play, seeds), "Playing stories", len(seeds), console=console):
            reports.append(report)
            for finding in report.findings:
                bad += 1
                console.print(f"[red]seed {report.seed}[/]: {finding}", highlight=False)
    calls, faults = (sum(getattr(one, name) for one in reports) for name in ("calls", "faults"))
    console.print(
        f"{len(seeds)} seeds, {sum(one.cases for one in reports)} cases asked for, {calls} calls to vendors of which"
        f" {faults} met a fault, {sum(one.crashes for one in reports)} crashes: {bad} findings"
        f" in {time.monotonic() - began:.0f} s"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
