"""Forms of texts, as JSON Schema means them."""

import pytest

from lib.json_schema import SchemaError, check

FORM = {"type": "string", "pattern": "^[a-z]+$"}


def test_the_end_of_a_pattern_is_the_end_of_the_text():
    assert check("abc", FORM, "code") == "abc"
    for text in ("abc\n", "abc\n\n", "\nabc", "ab1"):
        with pytest.raises(SchemaError, match="does not have the form"):
            check(text, FORM, "code")
