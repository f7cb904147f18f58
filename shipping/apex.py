"""Apex, checked as far as it goes without an org: types, rules, and the syntax of what no checker has types for.

The compiler is apex-ls, the rules are PMD's (https://docs.pmd-code.org/latest/pmd_rules_apex.html); both are in the npm
package @salesforce/code-analyzer-pmd-engine.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from shipping import java, node

HERE = Path(__file__).parent
LIBRARIES = node.tool("@salesforce", "code-analyzer-pmd-engine", "dist", "java-lib", "*")
COMPILER = "io.github.apexdevtools.apexls.CheckForIssues"
RULES = "com.salesforce.sfca.pmdwrapper.PmdWrapper"
RULE_SET = HERE / "apex-rules.xml"
SECONDS = 120
CLEAN, PROBLEMS = 0, 4
UNKNOWN = "Unknown field '{}' on SObject 'Schema.{}'"
QUERY = re.compile(r"SELECT\s+([^\[\]]+?)\s+FROM\s+(\w+)")
CLASS_XML = (
    '<ApexClass xmlns="http://soap.sforce.com/2006/04/metadata"><apiVersion>66.0</apiVersion><status>Active</status>'
    "</ApexClass>"
)


def compile_problems(tree: Path, *, unknown_types: Iterable[str] = ()) -> list[str]:
    """What the compiler says about an SFDX project.

    Args:
        tree: the project.
        unknown_types: triggers on objects that the compiler does not know, as paths in the project; left out.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(tree, Path(folder) / "project")
        for path in unknown_types:
            (copy / path).unlink()
            (copy / f"{path}-meta.xml").unlink()
        ours = _take_fields_out(copy)
        _ask_for_queried_fields(copy)
        done = _java(COMPILER, "-n", "-d", "warnings", "-f", "json", "-w", str(copy))
        if done.returncode not in {CLEAN, PROBLEMS}:
            return [f"The compiler did not run: {done.stdout[-800:]}{done.stderr[-800:]}"]
        return [problem for problem in _told(done.stdout) if not problem.endswith(ours)]


def _told(answer: str) -> Iterator[str]:
    for file in json.loads(answer or "{}").get("files", ()):
        for one in file["messages"]:
            yield f"{Path(file['path']).name}:{one['start']['line']}: {one['message']}"


def _take_fields_out(project: Path) -> tuple[str, ...]:
    """Take out the project's own fields, and return what the compiler says about each.

    Once a project has a field for a standard object, the compiler takes every name for a field of it.
    """
    fields = [path for path in project.rglob("*.field-meta.xml") if not path.parents[1].name.endswith("__c")]
    said = tuple(UNKNOWN.format(path.name.partition(".")[0], path.parents[1].name) for path in fields)
    for path in fields:
        path.unlink()
    return said


def _ask_for_queried_fields(project: Path) -> None:
    """Write down the fields of each query as code: the compiler does not look into queries."""
    queries = {query for path in project.rglob("*.cls") for query in QUERY.findall(path.read_text(encoding="utf-8"))}
    lines = [
        f"one{place}.{field.strip()}"
        for place, (fields, _) in enumerate(sorted(queries))
        for field in fields.split(",")
        if "(" not in field
    ]
    given = ", ".join(f"{kind} one{place}" for place, (_, kind) in enumerate(sorted(queries)))
    body = f"return new List<Object>{{ {', '.join(lines)} }};"
    code = f"public class QueriedFields {{ public static List<Object> all({given}) {{ {body} }} }}"
    (project / "force-app" / "QueriedFields.cls").write_text(code, encoding="utf-8")
    (project / "force-app" / "QueriedFields.cls-meta.xml").write_text(CLASS_XML, encoding="utf-8")


def rule_problems(tree: Path) -> list[str]:
    """Which of PMD's rules are broken, and where."""
    files = sorted(str(path) for kind in ("*.cls", "*.trigger") for path in tree.rglob(kind))
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "asked.json", Path(folder) / "answered.json"
        language = {"apex": {"filesToScan": files}}
        asked.write_text(json.dumps({"ruleSetInputFile": str(RULE_SET), "runDataPerLanguage": language}))
        done = _java(RULES, "run", str(asked), str(answered))
        if not answered.is_file():
            return [f"PMD did not run: {done.stdout[-800:]}{done.stderr[-800:]}"]
        found = json.loads(answered.read_text(encoding="utf-8"))
    return [*map(_shown, found["violations"]), *map(str, found["processingErrors"])]


def _shown(broken: dict[str, Any]) -> str:
    place = broken["codeLocation"]
    return f"{Path(place['file']).name}:{place['startLine']}: {broken['rule']}"


def syntax_problems(*files: Path) -> str:
    """What the parser says about classes and triggers, whatever types they name; empty: nothing."""
    done = node.ready().run(HERE / "apex_syntax.js", *files)
    return f"{done.stdout}{done.stderr}" if done.returncode else ""


def _java(*arguments: str) -> subprocess.CompletedProcess[str]:
    node.ready()
    command = [java.find(), "-XX:TieredStopAtLevel=1", "-cp", str(LIBRARIES), *arguments]
    return subprocess.run(command, timeout=SECONDS, text=True, capture_output=True, check=False)  # noqa: S603
