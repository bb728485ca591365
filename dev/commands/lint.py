"""Check the code: ruff, pylint-odoo, the XML format, and the content of the wheel. See also `make format`."""

import os
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from dev import paths
from dev.commands import format as format_command
from dev.progress import say
from dev.server import environment

# Plain programs, while the checks are for code that runs inside Odoo.
PROGRAMS = {"dev"}
# An installation needs all other folders, the Python files, and these files.
NOT_INSTALLED = {"dev", "docs", "tests"}
INSTALLED_FILES = {"LICENSE", "README.md"}


def run(arguments: list[str]) -> int:
    """Run every check, even after a failed one. Return 1 if any failed."""
    odoo, python = environment.ensure_tools()
    programs = python.parent
    # pylint-odoo finds the manifest and imports by the addon's folder, which must have the addon's name.
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
        "XML": _report("XML files", format_command.unformatted_xml()),
        "wheel": _report("Wheel", _wrong_in_wheel(python)),
    }
    failed = [name for name, passed in checks.items() if not passed]
    print(f"lint: {len(checks) - len(failed)} of {len(checks)} checks passed")
    if failed:
        print(f"lint failed: {', '.join(failed)}")
    return 1 if failed else 0


def _call(title: str, command: list[str | Path], cwd: Path = paths.CHECKOUT, env: dict[str, str] | None = None) -> bool:
    say(f"==> {title}")
    return subprocess.run(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL).returncode == 0


def _report(title: str, problems: Iterable[str]) -> bool:
    say(f"==> {title}")
    problems = list(problems)
    for problem in problems:
        print(problem)
    return not problems


def _wrong_in_wheel(python: Path) -> Iterator[str]:
    """Build the wheel. Yield a line for each file that is missing in it or does not belong in it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [python, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
        if subprocess.run(command, cwd=paths.CHECKOUT, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL).returncode:
            yield "The wheel cannot be built."
            return
        [wheel] = Path(folder).glob("*.whl")
        prefix = f"odoo/addons/{paths.ADDON_NAME}/"
        names = zipfile.ZipFile(wheel).namelist()
    built = {name.removeprefix(prefix) for name in names if ".dist-info/" not in name}
    wanted = {
        str(file.relative_to(paths.ADDON))
        for entry in paths.ADDON.iterdir()
        if entry.name not in NOT_INSTALLED
        and (entry.is_dir() or entry.name in INSTALLED_FILES or entry.suffix == ".py")
        for file in (entry.rglob("*") if entry.is_dir() else [entry])
        if file.is_file() and "__pycache__" not in file.parts
    }
    yield from (f"missing in the wheel: {name}" for name in sorted(wanted - built))
    yield from (f"does not belong in the wheel: {name}" for name in sorted(built - wanted))


def _files(suffix: str) -> list[Path]:
    """Return the addon's files below the addons folder, one by one, because pylint does not follow links."""
    return [
        file.relative_to(paths.ADDONS)
        for entry in sorted(paths.ADDON.iterdir())
        if entry.name not in PROGRAMS
        for file in (sorted(entry.rglob(f"*{suffix}")) if entry.is_dir() else [entry])
        if file.suffix == suffix
    ]
