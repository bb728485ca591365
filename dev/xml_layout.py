"""Format XML files like prettier's XML plugin with OCA's settings, at a width of 120.

Tags and comments are indented, and a tag that is too long gets one line per attribute. The content of an element with
text is left exactly as it is, because translations are found by that text.
"""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

WIDTH = 120
INDENT = "    "
QUOTED = r'"[^"]*"|\'[^\']*\''
TOKEN = re.compile(rf"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<(?:{QUOTED}|[^<>\"'])*>|[^<]+", re.DOTALL)
ATTRIBUTE = re.compile(rf"[^\s=]+\s*=\s*(?:{QUOTED})")


@dataclass
class Element:
    """A tag with its content, both parsed and as written."""

    name: str
    attributes: list[str] = field(default_factory=list)
    children: list["Element | str"] = field(default_factory=list)
    inside: str = ""

    def opened(self, end: str) -> str:
        return " ".join([f"<{self.name}", *self.attributes]) + end

    def has_text(self) -> bool:
        return any(isinstance(child, str) and child.strip() and not child.startswith("<!--") for child in self.children)


def format_xml(source: str) -> str:
    """Return a file's content, formatted. Raises ValueError if it is not XML, or not supported here."""
    try:
        ElementTree.fromstring(source)
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from error
    lines = _block(_parse(source).children, "")
    return "\n".join(lines) + "\n"


def _parse(source: str) -> Element:
    open_elements = [Element("")]
    starts = [0]
    position = 0
    for token in TOKEN.finditer(source):
        if token.start() != position:
            break
        position = token.end()
        text = token[0]
        if text.startswith("</"):
            element = open_elements.pop()
            if not open_elements or element.name != text[2:-1].strip():
                raise ValueError(f"{text} ends <{element.name}>")
            element.inside = source[starts.pop() : token.start()]
        elif text.startswith("<") and text[1] not in "!?":
            element = Element(re.match(r"<([^\s/>]+)", text)[1], ATTRIBUTE.findall(text))
            open_elements[-1].children.append(element)
            if not text.endswith("/>"):
                open_elements.append(element)
                starts.append(position)
        else:
            open_elements[-1].children.append(text)
    if position != len(source) or len(open_elements) != 1:
        raise ValueError(f"cannot be read at {source[position:][:40]!r}")
    return open_elements[0]


def _block(children: list[Element | str], indent: str) -> list[str]:
    """Return the lines of consecutive elements and comments; one blank line between them is kept."""
    lines: list[str] = []
    blank = False
    for child in children:
        if isinstance(child, Element):
            new = _element(child, indent)
        elif child.strip():
            new = [indent + child.strip()]
        else:
            blank = child.count("\n") > 1
            continue
        lines += [""] * (blank and bool(lines)) + new
        blank = False
    return lines


def _element(element: Element, indent: str) -> list[str]:
    if element.has_text():
        rest = f"{element.inside}</{element.name}>".split("\n")
        head = _tag(element, indent, ">", rest[0])
        return [*head[:-1], head[-1] + rest[0], *rest[1:]]
    inside = _block(element.children, indent + INDENT)
    if not inside:
        return _tag(element, indent, " />")
    return [*_tag(element, indent, ">"), *inside, f"{indent}</{element.name}>"]


def _tag(element: Element, indent: str, end: str, more: str = "") -> list[str]:
    """Return the opening tag on one line if it fits with what follows it, otherwise with one line per attribute."""
    line = indent + element.opened(end)
    if not element.attributes or ("\n" not in line and len(line + more) <= WIDTH):
        return [line]
    attributes = (indent + INDENT + attribute for attribute in element.attributes)
    return [f"{indent}<{element.name}", *attributes, indent + end.strip()]
