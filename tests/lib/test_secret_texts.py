"""Secrets are hidden in every form in which a text quotes them."""

import json
import re
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.message import message
from lib.secret_texts import without_secrets

SECRETS = ("sesame17", "a/b c+d", "quo\"te's", "<tag>&amp;", "schlüssel€", "back\\slash\tend", "100%20")
WRITINGS = (str, quote, lambda text: quote(text, safe=""), quote_plus, escape, json.dumps)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("write", WRITINGS)
def test_a_secret_is_hidden_in_each_writing(secret, write):
    written = write(secret).strip('"') if write is json.dumps else write(secret)
    text = without_secrets(f"No user with {written}.", ["", secret, secret[:2] + "other"])
    assert text == "No user with ***."


@given(st.text(max_size=30))
def test_a_text_without_a_secret_is_unchanged(text):
    assert without_secrets(text, ["", "not-in-it-at-all"]) == text


def test_a_secret_in_another_one_leaves_nothing_of_it():
    assert without_secrets("abc abcdef", ["abc", "abcdef"]) == "*** ***"


LONG = ("sk_live_AbCdEfGhIjKlMnOpQrStUvWxYzAb", "f3a9c17e5b8d4471", "wrong-key-7")


@pytest.mark.parametrize("secret", LONG)
@pytest.mark.parametrize("cut", range(1, 30))
@pytest.mark.parametrize("digits", [True, False])
def test_an_excerpt_that_begins_or_ends_within_a_secret_leaves_little_of_it(secret, cut, digits):
    page = f"Bad key: {secret} {secret}"
    for shown in (page[:cut], page[cut : cut + 24]):
        shown = shown if digits else re.sub("[0-9]", "#", shown)
        text = without_secrets(f"at character 0 (“{shown}”)", [secret])
        left = re.sub("[0-9]", "#", secret)
        parts = {left[start : start + 8] for start in range(len(left) - 7)}
        assert not any(part in re.sub("[0-9]", "#", text) for part in parts)


def test_an_excerpt_of_a_secret_of_words_leaves_less_than_half_of_it():
    secret = "correcthorsebatterystaple"
    assert without_secrets(f"at character 0 (“{secret[:15]}”)", [secret]) == "at character 0 (“***”)"
    assert without_secrets("at character 9 (“topsecret”)", ["topsecretpw"]) == "at character 9 (“***”)"


def test_words_that_a_secret_has_too_stay_readable():
    text = "The user and the password were refused."
    assert without_secrets(text, ["courier-test-password", "mypassword123", "the key"]) == text


def test_the_values_of_a_message_are_changed_and_its_words_are_not():
    told = message("The key %(key)s: %(why)s (%(count)s)", key="sesame17", why=message("no %s", "sesame17"), count=17)
    changed = told.changed(lambda text: without_secrets(text, ["sesame17", "key"]))
    assert str(changed) == "The key ***: no *** (17)"
