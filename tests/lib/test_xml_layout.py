"""How `make format` lays out XML files."""

import pytest

from dev.xml_layout import format_xml

DECLARATION = '<?xml version="1.0" encoding="utf-8" ?>'
LONG = "decoration-danger=\"state == 'error' and not retried\""


def layout(*lines):
    source = "\n".join([DECLARATION, *lines, ""])
    formatted = format_xml(source)
    assert format_xml(formatted) == formatted
    return formatted.splitlines()[1:]


def test_tags_and_comments_are_indented():
    assert layout("<odoo><record id='x'>", "<!-- why --><field name='a'/>", "</record></odoo>") == [
        "<odoo>",
        "    <record id='x'>",
        "        <!-- why -->",
        "        <field name='a' />",
        "    </record>",
        "</odoo>",
    ]


def test_one_blank_line_stays_between_elements():
    assert layout("<odoo>", "", "<a/>", "", "", "<b/>", "<c/>", "", "</odoo>") == [
        "<odoo>",
        "    <a />",
        "",
        "    <b />",
        "    <c />",
        "</odoo>",
    ]


def test_a_long_tag_gets_a_line_for_each_attribute():
    assert layout(
        f"<odoo><field name='state' {LONG} class='a rather long class' widget='badge_of_a_state'/></odoo>"
    ) == [
        "<odoo>",
        "    <field",
        "        name='state'",
        f"        {LONG}",
        "        class='a rather long class'",
        "        widget='badge_of_a_state'",
        "    />",
        "</odoo>",
    ]


def test_attributes_on_several_lines_that_fit_on_one_are_joined():
    assert layout("<odoo><field", "  name='a'", "  widget='b'/></odoo>")[1] == "    <field name='a' widget='b' />"


@pytest.mark.parametrize(
    "text",
    [
        "<p>Some <b>words</b>  and\n      more.</p>",
        "<field name='code'>if a &lt; b:\n    go()\n</field>",
        "<t><![CDATA[a < b]]> it is</t>",
        "<span> Next: <field name='x'/>.</span>",
    ],
)
def test_what_has_text_stays_to_the_last_blank(text):
    assert "\n".join(layout(f"<odoo>{text}</odoo>")[1:-1]) == f"    {text}"


def test_a_long_tag_before_text_is_wrapped_without_a_blank_more():
    assert layout(f"<odoo><span name='state' class='{'x' * 60}' {LONG}>Text <b>here</b></span></odoo>")[1:-1] == [
        "    <span",
        "        name='state'",
        f"        class='{'x' * 60}'",
        f"        {LONG}",
        "    >Text <b>here</b></span>",
    ]


@pytest.mark.parametrize("source", ["<odoo><a></odoo></a>", "<odoo>", "text", "<odoo a=1/>"])
def test_what_is_not_xml_is_refused(source):
    with pytest.raises(ValueError):
        format_xml(source)
