"""The service products that installation creates for lines that are not goods: charges and discounts after tax."""


def service_product(env, xml_id, name):
    """Return the product with ``xml_id``. If somebody has deleted it, create it again, as the data file does.

    :param str name: the name of a product that is created
    :return: ``product.product``
    """
    product = env.ref(xml_id, raise_if_not_found=False)
    if not product:
        product = env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "list_price": 0,
                "sale_ok": False,
                "purchase_ok": False,
                "taxes_id": False,
                "supplier_taxes_id": False,
            }
        )
        env["ir.model.data"]._update_xmlids([{"xml_id": xml_id, "record": product, "noupdate": True}])
    return product
