"""Check the code: ruff, pylint-odoo and XML."""

import os
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from dev import paths
from dev.progress import say
from dev.server import environment

# Plain programs; the checks are for what runs inside Odoo.
PROGRAMS = {"dev"}


def run(arguments: list[str]) -> int:
    """Run every check, also after one that failed; return 1 if any failed."""
    odoo, python = environment.ensure_tools()
    programs = python.parent
    # pylint-odoo resolves the manifest and imports by the addon's folder, which must have the addon's name.
    pylint_env = {**os.environ, "PYTHONPATH": str(odoo.python_path)}
    checks = {
        "ruff check": _call("ruff check", [programs / "ruff", "check", "."]),
        "ruff format": _call("ruff format --check", [programs / "ruff", "format", "--check", "."]),
        "pylint-odoo": _call(
            "pylint-odoo",
            [python, "-m", "pylint", f"--rcfile={paths.CHECKOUT / 'pyproject.toml'}", *_files(".py")],
            cwd=paths.ADDONS,
            env=pylint_env,
        ),
        "XML": _report(_malformed_xml()),
    }
    failed = [name for name, passed in checks.items() if not passed]
    print(f"lint: {len(checks) - len(failed)} of {len(checks)} checks passed")
    if failed:
        print(f"lint failed: {', '.join(failed)}")
    return 1 if failed else 0


def _call(title: str, command: list[str | Path], cwd: Path = paths.CHECKOUT, env: dict[str, str] | None = None) -> bool:
    say(f"==> {title}")
    return subprocess.run(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL).returncode == 0


def _report(problems: list[str]) -> bool:
    for problem in problems:
        print(problem)
    return not problems


def _malformed_xml() -> list[str]:
    say("==> XML files")
    problems = []
    for file in _files(".xml"):
        try:
            ElementTree.parse(paths.ADDONS / file)
        except ElementTree.ParseError as error:
            problems.append(f"{file}: {error}")
    return problems


def _files(suffix: str) -> list[Path]:
    """Return the addon's files below the addons folder; named one by one, as pylint does not follow links."""
    return [
        file.relative_to(paths.ADDONS)
        for entry in sorted(paths.ADDON.iterdir())
        if entry.name not in PROGRAMS
        for file in (sorted(entry.rglob(f"*{suffix}")) if entry.is_dir() else [entry])
        if file.suffix == suffix
    ]
