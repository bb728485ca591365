"""`make help` lists each command with one line that can be understood by itself."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_help_of_each_command_is_whole_sentences_in_one_column():
    result = subprocess.run(
        [sys.executable, "-m", "dev", "help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    lines = [line for line in result.stdout.splitlines() if line.startswith("  ")]
    commands = {file.stem.replace("_", "-") for file in (ROOT / "dev" / "commands").glob("[!_]*.py")}
    assert {line.split()[0] for line in lines} == commands
    for line in lines:
        assert line.endswith("."), line
    assert len({len(line) - len(line.split(maxsplit=1)[1]) for line in lines}) == 1
