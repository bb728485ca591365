"""The customers of the chain: some have contacts in Odoo's demo database, others become new ones."""

from .parts import Customer

# Odoo has contacts with the same reference, e-mail address or VAT number, see `dev/scripts/connect_demo_store.py`.
BY_REF = (Customer("Sara", ref="CUST-001"), Customer("Omar", ref="CUST-002"))
BY_EMAIL = (Customer("Lina H.", email="Lina.Haddad@example.com"), Customer("J. Doe", email="j.doe@example.com"))
BY_VAT = (Customer("Café Central", vat="US 98.7654.321"),)
NEW = (
    Customer("Nora Khalil", number="5001", email="nora.khalil@example.com", phone="+966 50 000 5001"),
    Customer("Peter Maier", number="5002", email="peter.maier@example.com"),
    Customer("Studio North", number="5003", email="office@studio-north.example.com", phone="+966 50 000 5003"),
)
ONLY_NAMED = (Customer("Walk-in", phone="+966 50 000 0000"),)
