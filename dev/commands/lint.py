"""Check the code: ruff, pylint-odoo, XML, and what pip would install."""

import os
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from dev import environment, packaging_check, paths
from dev.progress import say


def run(arguments: list[str]) -> int:
    """Run every check, also after one that failed; return 1 if any failed."""
    odoo, python = environment.ensure_tools()
    programs = python.parent
    # pylint-odoo resolves the manifest and imports by the addon's folder, which must have the addon's name.
    pylint_env = {**os.environ, "PYTHONPATH": str(odoo.python_path)}
    checks = {
        "ruff check": _call([programs / "ruff", "check", "."]),
        "ruff format": _call([programs / "ruff", "format", "--check", "."]),
        "pylint-odoo": _call(
            [python, "-m", "pylint", f"--rcfile={paths.CHECKOUT / 'pyproject.toml'}", paths.ADDON_NAME],
            cwd=paths.ADDONS,
            env=pylint_env,
        ),
        "XML": _report(_malformed_xml()),
        "packaging": _report(packaging_check.problems()),
    }
    failed = [name for name, passed in checks.items() if not passed]
    print(f"lint: {len(checks) - len(failed)} of {len(checks)} checks passed")
    if failed:
        print(f"lint failed: {', '.join(failed)}")
    return 1 if failed else 0


def _call(command: list[str | Path], cwd: Path = paths.CHECKOUT, env: dict[str, str] | None = None) -> bool:
    say(f"==> {' '.join(str(word) for word in command[1:])}")
    return subprocess.run(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL).returncode == 0


def _report(problems: list[str]) -> bool:
    for problem in problems:
        print(problem)
    return not problems


def _malformed_xml() -> list[str]:
    say("==> XML files")
    problems = []
    for folder in sorted(paths.ADDON.iterdir()):
        for file in sorted(folder.resolve().rglob("*.xml")):
            try:
                ElementTree.parse(file)
            except ElementTree.ParseError as error:
                problems.append(f"{file.relative_to(paths.CHECKOUT)}: {error}")
    return problems
