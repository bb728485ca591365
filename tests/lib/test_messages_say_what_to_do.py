"""Each message that says why an order is not imported also says what to do.

The messages are read from the source: all that an ``ExternalOrderError`` may be raised with, and all that are stored
with an ``error_code``.
"""

import ast
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WINGS = ("order_import", "order_refund", "order_sync")
FILES = [file for wing in WINGS for file in sorted((ROOT / "models" / wing).glob("*.py"))]
# Why no session can take the orders is raised as a plain UserError in these files, see `_get_session`.
FILES_OF_SESSIONS = {"pos_session.py", "pos_session_day.py", "pos_session_full.py"}
# A sentence that begins with one of these, perhaps after a condition, says what to do; "Compare …" alone does not.
VERBS = (
    "add", "book", "change", "choose", "close", "correct", "create", "enable", "enter", "finish", "fix", "have", "make",
    "open", "press", "raise", "restore", "share", "use",
)  # fmt: skip
INSTRUCTION = re.compile(
    rf"(?:^|[.!?:] |; |, |%\(done\)s )(?:then |or |otherwise, )?(?:{'|'.join(VERBS)})\b"
    r"|the external system (?:has to|must not)|once the external system|if it arrives again"
    r"|automatically|by the next run|booked right after|waits for",
    re.IGNORECASE,
)
UNKNOWN = "?"
DEEPEST = 16


@dataclass(frozen=True)
class Function:
    """A function, the file that it stands in, and what is assigned to its names."""

    node: ast.FunctionDef
    file: str

    def within(self, kind):
        return (node for node in ast.walk(self.node) if isinstance(node, kind))

    @property
    def arguments(self) -> list[str]:
        return [argument.arg for argument in self.node.args.args if argument.arg not in ("self", "cls")]

    def assigned(self, name: str) -> list[ast.expr]:
        """Return what is assigned to a name, without what only adds to it: `message = joined(message, advice)`."""
        values = [node.value for node in self.within(ast.Assign) if name in map(name_of, node.targets)]
        values += [node.value for node in self.within(ast.NamedExpr) if node.target.id == name]
        return [value for value in values if name not in map(name_of, ast.walk(value))]


class Source:
    """What the messages of the wings that import orders may say."""

    def __init__(self) -> None:
        self.functions: dict[str, list[Function]] = defaultdict(list)
        self.calls: dict[str, list[tuple[Function, ast.Call]]] = defaultdict(list)
        for file in FILES:
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.FunctionDef):
                    function = Function(node, file.name)
                    self.functions[node.name].append(function)
                    for call in function.within(ast.Call):
                        self.calls[name_of(call.func)].append((function, call))

    def messages(self) -> Iterator[tuple[str, str, str]]:
        """Yield the place, the reason and the text of each message; UNKNOWN if the source does not show it."""
        for function, call in self.calls["ExternalOrderError"]:
            yield from self.pairs(function, *call.args[:2])
        for function in itertools.chain(*self.functions.values()):
            for values in function.within(ast.Dict):
                named = {text_of(key): value for key, value in zip(values.keys, values.values, strict=True)}
                for key, value in zip(values.keys, values.values, strict=True):
                    if key is None and name_of(value) == "_prepare_message_values" and "error_code" in named:
                        yield from self.pairs(function, named["error_code"], value.args[0])
        for function, call in self.calls["UserError"]:
            if function.file in FILES_OF_SESSIONS:
                for text in self.texts(function, call.args[0]):
                    yield f"{function.node.name}:{call.lineno}", "no_session", text

    def pairs(self, function: Function, code: ast.expr, message: ast.expr) -> Iterator[tuple[str, str, str]]:
        # A reason that is passed on is found where it comes from.
        for reason, text in itertools.product(self.texts(function, code) - {UNKNOWN}, self.texts(function, message)):
            yield f"{function.node.name}:{code.lineno}", reason, text

    def texts(self, function: Function, node: ast.expr, depth: int = 0) -> set[str]:
        """Return what an expression may be, with the templates and the texts among their values side by side."""
        depth += 1
        match node:
            case _ if depth > DEEPEST:
                return {UNKNOWN}
            case ast.Constant(value=str() | None as text):
                return {text} if text else set()
            case ast.Tuple(elts=values) | ast.BoolOp(values=values):
                return set().union(*(self.texts(function, value, depth) for value in values))
            case ast.IfExp():
                return self.texts(function, node.body, depth) | self.texts(function, node.orelse, depth)
            case ast.Starred():
                return self.texts(function, node.value, depth)
            case ast.Name(id=name):
                return self.texts_of_name(function, name, depth)
            case ast.Call():
                return self.texts_of_call(function, node, depth)
        return {UNKNOWN}

    def texts_of_name(self, function: Function, name: str, depth: int) -> set[str]:
        if assigned := function.assigned(name):
            return set().union(*(self.texts(function, value, depth) for value in assigned))
        if name not in function.arguments:
            return {UNKNOWN}
        found, position = set(), function.arguments.index(name)
        for caller, call in self.calls[function.node.name]:
            if function in self.called(caller, call):
                given = {keyword.arg: keyword.value for keyword in call.keywords}
                value = given.get(name) or next(iter(call.args[position : position + 1]), None)
                found |= self.texts(caller, value, depth) if value else {UNKNOWN}
        return found or {UNKNOWN}

    def texts_of_call(self, function: Function, call: ast.Call, depth: int) -> set[str]:
        name = name_of(call)
        if name in ("_", "joined"):
            values = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg not in (None, "by"))]
            choices = [self.texts(function, value, depth) or {""} for value in values]
            return {" ".join(parts) for parts in itertools.product(*choices)}
        if name in ("stored_text_of", "text_of_error"):  # written elsewhere, so it is found there
            return set()
        if name in ("next", "filter"):
            return set().union(*(self.texts(function, value, depth) for value in call.args))
        returned = [
            self.texts(callee, node.value, depth)
            for callee in self.called(function, call)
            for node in callee.within(ast.Return)
            if node.value is not None
        ]
        return set().union(*returned) if returned else {UNKNOWN}

    def called(self, function: Function, call: ast.Call) -> list[Function]:
        """Return the functions that a call may mean: of the named model, else of the same file, else any."""
        functions = self.functions[name_of(call)]
        model = next((text_of(node) for node in ast.walk(call.func) if text_of(node)), "")
        for file in (f"{model.replace('.', '_')}.py", function.file):
            if found := [callee for callee in functions if callee.file == file]:
                return found
        return functions


def text_of(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def name_of(node: ast.AST) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def reasons() -> set[str]:
    """Return the values of ``error_code``."""
    tree = ast.parse((ROOT / "models/order_sync/external_order.py").read_text())
    field = next(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and name_of(node.targets[0]) == "error_code"
    )
    return {text_of(entry.elts[0]) for entry in field.args[0].elts}


MESSAGES = sorted(set(Source().messages()))


def test_the_source_shows_a_message_of_each_reason():
    assert {reason for _place, reason, _text in MESSAGES} == reasons()


def test_each_message_says_what_to_do():
    silent = [message for message in MESSAGES if not INSTRUCTION.search(message[2])]
    assert not silent, "\n".join(map(" | ".join, silent))
