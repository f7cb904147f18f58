"""Lightning web components, compiled and linted as Salesforce does: @lwc/compiler and @salesforce/eslint-config-lwc."""

from __future__ import annotations

from pathlib import Path

from shipping import node

HERE = Path(__file__).parent


def compile_problems(folder: Path) -> str:
    """What the compiler says about the component in this folder; empty: nothing."""
    done = node.ready().run(HERE / "lwc_compile.js", folder)
    return f"{done.stdout}{done.stderr}" if done.returncode else ""


def lint_problems(folder: Path) -> str:
    """What the linter says; empty: nothing."""
    command = (node.tool("eslint", "bin", "eslint.js"), "--config", HERE / "eslint.config.js", "--max-warnings", "0")
    done = node.ready().run(*command, ".", cwd=folder)
    return f"{done.stdout}{done.stderr}" if done.returncode else ""
