"""What a page of the courier's site says about its fields is followed, or ignored if it makes no sense."""

import pytest

from lib.opal.errors import OpalPageChanged
from lib.opal.pages import Page


def page(content):
    return Page("the form", "http://courier.test/", content.encode(), "utf-8")


@pytest.mark.parametrize("limit", ["\u00b2", "9" * 5_000, "\u0663", "-1", "1.5", "", "x"])
def test_a_limit_that_cannot_be_read_is_none(limit):
    form = page(f"<form><input name=note maxlength='{limit}'></form>").form_with("note")
    assert form.limit("note") is None
    form.set("note", "abcd")
    assert form.get("note") == "abcd"


def test_a_limit_is_kept():
    form = page("<form><input name=note maxlength=' 3 '></form>").form_with("note")
    assert form.limit("note") == 3
    with pytest.raises(OpalPageChanged, match="accepts 3"):
        form.set("note", "abcd")


@pytest.mark.parametrize("part", [b" a%d=1", b" a%d", b"/a%d", b"\na%d='>'"])
def test_a_tag_with_attributes_without_end_is_refused_before_it_is_parsed(part):
    tag = b"<p" + b"".join(part % number for number in range(300_000)) + b">x</p>"
    with pytest.raises(OpalPageChanged, match="reasonable length"):
        Page("the list", "http://courier.test/", tag)
