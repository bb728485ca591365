from odoo import api, models
from odoo.tools import split_every

from .odoo_mirror_sync import Compared

# The quants of at most this many products are listed by one request.
PRODUCTS_AT_ONCE = 2000


class OdooMirrorSync(models.AbstractModel):
    """Quants, which Odoo merges and deletes without a new ``write_date``."""

    _inherit = "odoo.mirror.sync"

    @api.model
    def _compare_quants(self, source, run, client, cursor, changed, total, counted):
        """Compare the quants of the products of ``changed`` ones with the remote's.

        Odoo merges quants by SQL: it adds them up in one, whose ``write_date`` stays, and deletes the others. They are
        quants of one product, of which one has been written, so they are found among these or, if the merge comes
        later, because their number differs: then also those that Odoo may have merged or deleted are compared.

        :param list changed: remote ids
        :param int total: the number of quants that the remote reported
        :param counted: as `_count_present` takes it
        :return: whether the comparison was consistent
        """
        mirror = self._get_mirror("quant")
        products = mirror._get_products(source, changed) if changed else []
        compared = self._compare_products(source, run, client, cursor, products)
        if self._count_present(source, run, "quant", counted) > total:
            others = sorted({*mirror._get_mergeable_products(source)}.difference(products))
            compared.vanished += self._compare_products(source, run, client, cursor, others).vanished
        return not compared.vanished

    @api.model
    def _compare_products(self, source, run, client, cursor, products):
        compared = Compared()
        for some in split_every(PRODUCTS_AT_ONCE, products, list):
            self._compare(source, run, client, "quant", cursor, compared, products=some)
        return compared
