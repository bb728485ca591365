from odoo import api, models
from odoo.tools import SQL

# Key of an answer: the reference and the field of the record that it refers to.
PICKING_PATHS = {
    "location_name": ("location_id", "complete_name"),
    "location_dest_name": ("location_dest_id", "complete_name"),
}
LINE_PATHS = {
    "product_code": ("product_id", "default_code"),
    "product_barcode": ("product_id", "barcode"),
    "location_name": ("location_id", "complete_name"),
    "location_barcode": ("location_id", "barcode"),
    "location_dest_name": ("location_dest_id", "complete_name"),
    "location_dest_barcode": ("location_dest_id", "barcode"),
}


class WarehouseApi(models.AbstractModel):
    """The names that ``expand=names`` adds to an answer, so that a client does not have to request each record.

    As in Odoo's own views, a user who may see a row may also see the names of the records that it refers to.
    """

    _inherit = "warehouse.api"

    @api.model
    def _get_picking_names(self, Picking, query):
        """Return the SQL expressions of ``PICKING_NAMES``."""
        names = {key: self._sql_of_reference(Picking, query, *path) for key, path in PICKING_PATHS.items()}
        return {**names, "partner_name": self._sql_partner_name(Picking, query)}

    @api.model
    def _get_line_names(self, Line, query):
        """Return the SQL expressions of ``MOVE_LINE_NAMES`` and, from the lot if there is one, of ``lot_name``."""
        names = {key: self._sql_of_reference(Line, query, *path) for key, path in LINE_PATHS.items()}
        names["product_name"] = self._sql_product_name(Line, query)
        names["lot_name"] = SQL(
            "COALESCE(%s, %s)",
            self._sql_of_reference(Line, query, "lot_id", "name"),
            Line._field_to_sql(query.table, "lot_name", query),
        )
        for key in ("package", "result_package"):
            names[f"{key}_name"] = self._sql_of_reference(Line, query, f"{key}_id", self._package_name_field)
        return {**names, "sequence": self._sql_sequence(query, names)}

    # The field with the full name of a package.
    _package_name_field = "complete_name"

    @api.model
    def _sql_of_reference(self, Model, query, reference, field):
        """Return the SQL expression of a field of the record that ``reference`` refers to."""
        Target = self.env[Model._fields[reference].comodel_name]
        alias = query.left_join(query.table, reference, Target._table, "id", reference)
        return Target._field_to_sql(alias, field, query)

    @api.model
    def _sql_partner_name(self, Picking, query):
        return self._sql_of_reference(Picking, query, "partner_id", "complete_name")

    @api.model
    def _sql_product_name(self, Line, query):
        """Return the SQL expression of a variant's name, as ``product.product`` shows it: Chair (Red, L)."""
        self = self.with_context(lang=self.env.user.lang)  # a request has the language of its headers
        name = self._sql_of_reference(Line, query, "product_id", "name")
        variant = query.left_join(query.table, "product_id", "product_product", "id", "product_id")
        return SQL(
            """%(name)s || COALESCE((
                SELECT ' (' || string_agg(
                    %(value)s, ', ' ORDER BY "line".sequence, attribute.sequence, attribute.id, "line".id
                ) || ')'
                FROM product_variant_combination AS combination
                JOIN product_template_attribute_value AS chosen
                    ON chosen.id = combination.product_template_attribute_value_id
                JOIN product_template_attribute_line AS "line" ON "line".id = chosen.attribute_line_id
                JOIN product_attribute AS attribute ON attribute.id = chosen.attribute_id
                JOIN product_attribute_value AS "value" ON "value".id = chosen.product_attribute_value_id
                WHERE combination.product_product_id = %(variant)s.id AND attribute.create_variant <> 'no_variant'
                    AND (
                        SELECT count(*) FROM product_template_attribute_value AS other
                        WHERE other.attribute_line_id = chosen.attribute_line_id
                            AND (other.ptav_active OR NOT chosen.ptav_active)
                    ) <> 1
            ), '')""",
            name=name,
            value=self.env["product.attribute.value"]._field_to_sql("value", "name", query),
            variant=SQL.identifier(variant),
        )

    @api.model
    def _sql_sequence(self, query, names):
        """Return the SQL expression of a line's position on the way: by location, destination and product."""
        return SQL(
            "row_number() OVER (ORDER BY %s, %s.id)::integer",
            SQL(", ").join(names[key] for key in ("location_name", "location_dest_name", "product_name")),
            SQL.identifier(query.table),
        )
