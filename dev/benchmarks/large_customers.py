"""Customers and payment methods in the databases of ``dev.benchmarks.large``.

A third of the orders are for customers, of whom there are a twentieth as many as orders. Of four payment methods, one
pays 70 % of the orders, the others 25 %, 4 % and 1 %.
"""

from .cloning import clone

# The names of customers begin with this; the method of the first orders pays most of all, these the others.
CUSTOMER, METHODS = "Large Customer", ("Large Voucher", "Large Transfer", "Large Gift Card")
FIRST = "(SELECT id FROM first_ids WHERE name = 'res_partner')"


def fill(env, count):
    """Create customers, and further payment methods; the plan gets the method of each order."""
    customer = env["res.partner"].create({"name": CUSTOMER})
    first = env["external.order"].search([], limit=1).payment_method_id
    methods = first + first.concat(*(first.copy({"name": name}) for name in METHODS))
    env.flush_all()
    env.cr.execute("INSERT INTO first_ids SELECT 'res_partner', max(id) + 1 FROM res_partner")
    name = f"'{CUSTOMER} ' || lpad(n::text, 7, '0')"
    clone(
        env,
        "res_partner",
        f"generate_series(0, {count - 1}) AS n, res_partner AS seed_row WHERE seed_row.id = {customer.id}",
        id=f"{FIRST} + n",
        name=name,
        complete_name=name,
        commercial_partner_id=f"{FIRST} + n",
    )
    env.cr.execute("INSERT INTO first_ids VALUES ('customers', %s)", [count])
    env.cr.execute(
        """
        ALTER TABLE plan ADD COLUMN method integer;
        UPDATE plan SET method = (%s)[CASE WHEN k %% 100 < 70 THEN 1 WHEN k %% 100 < 95 THEN 2
                                          WHEN k %% 100 < 99 THEN 3 ELSE 4 END]
        """,
        [methods.ids],
    )
