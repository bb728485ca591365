"""Format the code: Python with ruff, XML like prettier with OCA's settings. `make lint` checks the format."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from dev import paths, xml_layout
from dev.server import environment


def run(arguments: list[str]) -> int:
    """Reformat the files. Return 1 if one of them cannot be read."""
    _odoo, python = environment.ensure_tools()
    ruff = python.parent / "ruff"
    # Fix only imports; other findings of the linter need a person.
    sorting = subprocess.run([ruff, "check", "--select=I", "--fix", "--quiet", "."], cwd=paths.CHECKOUT)
    formatting = subprocess.run([ruff, "format", "."], cwd=paths.CHECKOUT)
    failed = bool(sorting.returncode or formatting.returncode)
    for file in _xml_files():
        try:
            source = file.read_text()
            if (formatted := xml_layout.format_xml(source)) != source:
                file.write_text(formatted)
                print(f"formatted: {file.relative_to(paths.CHECKOUT)}")
        except ValueError as error:
            print(f"{file.relative_to(paths.CHECKOUT)}: {error}")
            failed = True
    return int(failed)


def unformatted_xml() -> Iterator[str]:
    """Yield a line for each XML file that is not formatted, or cannot be read."""
    for file in _xml_files():
        name = file.relative_to(paths.CHECKOUT)
        try:
            source = file.read_text()
            if xml_layout.format_xml(source) != source:
                yield f"{name}: is not formatted; run: make format"
        except ValueError as error:
            yield f"{name}: {error}"


def _xml_files() -> Iterator[Path]:
    """Yield the addon's files, without hidden folders such as the state folder."""
    for folder in sorted(paths.CHECKOUT.iterdir()):
        if folder.is_dir() and not folder.name.startswith("."):
            yield from sorted(folder.rglob("*.xml"))
