"""The layout of the code (CONTRIBUTING.md, *How the code is laid out*): which part may use which."""

import ast
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 400  # lines
AT_THE_ROOT = {"__init__.py", "__manifest__.py", "courier_exceptions.py", "exceptions.py"}

WINGS = {
    "models/order_import": set(),
    "models/order_refund": {"models/order_import"},
    "models/order_sync": {"models/order_import", "models/order_refund"},
    "models/warehouse": {"models/order_import", "models/order_refund", "models/order_sync"},
    "models/mirror": {"models/order_import", "models/order_refund", "models/order_sync", "models/warehouse"},
    "models/shipment": set(),
    "models/opal": {"models/shipment"},
    "models/events": {"models/order_import", "models/order_refund", "models/order_sync", "models/shipment"},
    "models/proof": {"models/order_import", "models/order_refund", "models/order_sync"},
}
# Part of the code: the other parts that it may use.
ARROWS = {
    "lib": set(),
    "exceptions": set(),
    "courier_exceptions": set(),
    "tools": {"lib", "exceptions", "courier_exceptions"},
    **{wing: {"lib", "tools", "exceptions", "courier_exceptions", *used} for wing, used in WINGS.items()},
    "controllers": {"lib", "tools", "exceptions", "courier_exceptions", *WINGS},
}
# Hooks that are declared in one wing for another to extend.
HOOKS = {"_ships_through_queue", "_hand_over_activities", "_get_matters_for_people", "_count_matters"}


def product_files() -> list[Path]:
    """Return the Python files that run inside Odoo."""
    folders = ("controllers", "lib", "models", "tools")
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    return [*files, *(ROOT / name for name in sorted(AT_THE_ROOT))]


def all_files() -> list[Path]:
    """Return every Python file of the repository."""
    return [*product_files(), *sorted((ROOT / "dev").rglob("*.py")), *sorted((ROOT / "tests").rglob("*.py"))]


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def part_of(module: str) -> str:
    """Return the part of the code that contains a module such as ``models/mirror/odoo_sync_run``."""
    return next((part for part in ARROWS if module == part or module.startswith(f"{part}/")), module)


def imports(file: Path) -> Iterator[tuple[str, str]]:
    """Yield (module, name) for each name that a file imports from the addon; modules as paths below the root."""
    package = list(file.relative_to(ROOT).parts[:-1])
    for node in ast.walk(ast.parse(file.read_text())):
        if not isinstance(node, ast.ImportFrom):
            continue
        if node.level:
            base = package[: len(package) - node.level + 1]
            module = "/".join([*base, *(node.module or "").split(".")]).strip("/")
        elif (node.module or "").startswith("odoo.addons.external_order_sync"):
            module = "/".join(node.module.split(".")[3:])
        else:
            continue
        for alias in node.names:
            is_module = (ROOT / module / f"{alias.name}.py").exists() or (ROOT / module / alias.name).is_dir()
            yield ("/".join(filter(None, (module, alias.name))), "") if is_module else (module, alias.name)


def test_plain_python_imports_nothing_of_odoo():
    for file in sorted((ROOT / "lib").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            assert not [name for name in names if name.split(".")[0] == "odoo"], name_of(file)


@pytest.mark.parametrize("part", ARROWS)
def test_each_part_uses_only_the_parts_that_its_arrows_lead_to(part):
    against = []
    for file in product_files():
        if file.name == "__init__.py" or part_of(name_of(file).removesuffix(".py")) != part:
            continue
        for module, name in imports(file):
            if part_of(module) not in {part, *ARROWS[part]}:
                against.append(f"{name_of(file)} imports {module} {name}")
    assert not against


def test_no_part_reaches_into_anothers_inside():
    """Names that begin with an underscore are used only in their own part."""
    inside = []
    for file in product_files():
        own = part_of(name_of(file).removesuffix(".py"))
        for module, name in imports(file):
            if part_of(module) != own and any(word.startswith("_") for word in (module.rpartition("/")[2], name)):
                inside.append(f"{name_of(file)} imports {module} {name}")
    assert not inside


def test_no_import_goes_in_a_circle():
    uses = defaultdict(set)
    for file in product_files():
        if file.name != "__init__.py":
            uses[name_of(file).removesuffix(".py")] = {module for module, _name in imports(file)}
    done, on_the_way = set(), []

    def follow(module: str) -> None:
        assert module not in on_the_way, " → ".join([*on_the_way, module])
        if module in done:
            return
        on_the_way.append(module)
        for used in sorted(uses.get(module, ())):
            follow(used)
        on_the_way.pop()
        done.add(module)

    for module in sorted(uses):
        follow(module)


def test_no_method_calls_another_file_of_ours_by_super():
    """A reader finds all of a method in one file, unless it is a hook that another wing extends."""
    definitions = defaultdict(set)
    for file in sorted((ROOT / "models").rglob("*.py")):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.ClassDef) and (model := _model_of(node)):
                for method in node.body:
                    if isinstance(method, ast.FunctionDef):
                        definitions[model, method.name].add(name_of(file))
    twice = {
        f"{model}.{method}": sorted(files)
        for (model, method), files in definitions.items()
        if len({str(Path(file).parent) for file in files}) < len(files)
        or (len(files) > 1 and method not in HOOKS and not _is_of_odoo(model))
    }
    assert not twice


def test_only_the_public_contract_lies_at_the_root():
    assert {file.name for file in ROOT.glob("*.py")} == AT_THE_ROOT


@pytest.mark.parametrize("file", all_files(), ids=name_of)
def test_no_file_is_longer_than_a_reader_can_keep_in_mind(file):
    assert len(file.read_text().splitlines()) <= LONGEST_FILE


def test_every_test_file_is_loaded_by_odoo_too():
    loaded = (ROOT / "tests" / "__init__.py").read_text().split()
    assert {file.stem for file in (ROOT / "tests").glob("test_*.py")} == {name for name in loaded if "test_" in name}


def test_each_record_is_defined_once():
    """The later one of two definitions would hide what the earlier one says."""
    files = defaultdict(list)
    for folder in ("data", "demo", "security", "views"):
        for file in sorted((ROOT / folder).glob("*.xml")):
            for node in ElementTree.parse(file).iter():
                if node.tag in ("record", "template", "menuitem"):
                    files[node.get("id")].append(name_of(file))
    assert not {name: defined for name, defined in files.items() if name and len(defined) > 1}


def _model_of(definition: ast.ClassDef) -> str | None:
    """Return the model that a class declares or extends."""
    values = {}
    for statement in definition.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            values[statement.targets[0].id] = statement.value.value
    return values.get("_name") or values.get("_inherit")


def _is_of_odoo(model: str) -> bool:
    return not model.startswith(("external.", "odoo.", "opal.", "warehouse."))
