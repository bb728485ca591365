from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .common import ExternalOrderCase
from .test_foreign_text import long_text


class TestBoundedChoices(ExternalOrderCase):
    """The texts of a choice can be as long as an order's; a longer one is refused with a sentence, not by an index."""

    @mute_logger("odoo.sql_db")
    def test_longer_texts_are_refused_by_a_sentence(self):
        alias = {"product_id": self.product.id, "sync_id": self.sync.id}
        mapping = {"payment_method_id": self.card.id, "sync_id": self.sync.id}
        for model, base, name, length in (
            ("external.product.alias", alias, "item_id", 64),
            ("external.product.alias", alias, "item_name", 500),
            ("external.payment.mapping", mapping, "payment_mode", 64),
            ("external.payment.mapping", mapping, "card_type", 500),
        ):
            signs = "123456789" if name == "item_id" else "😀🎉☕ﬃΐΰ"
            with self.subTest(model=model, field=name):
                self.env[model].create({**base, name: long_text(length, signs)}).unlink()
                for longer in (length + 1, 100_000):
                    values = {**base, name: long_text(longer, signs)}
                    with self.assertRaises(CheckViolation) as caught, self.env.cr.savepoint():
                        self.env[model].create(values)
                    sentence = self.env[model]._sql_error_to_message(caught.exception)
                    self.assertRegex(sentence, f"can have at most 64 characters, the .* at most {max(length, 500)}")

    @mute_logger("odoo.sql_db")
    def test_whoever_imports_a_file_reads_the_sentence(self):
        result = self.env["external.product.alias"].load(
            ["item_name", "product_id/.id"], [[long_text(501), str(self.product.id)]]
        )
        self.assertFalse(result["ids"])
        self.assertIn("at most 500", result["messages"][0]["message"])
