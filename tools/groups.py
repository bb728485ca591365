"""The groups that code asks for."""

# Sees and starts the synchronizations, and sees their inbox. Other POS users read all other fields of POS orders.
USER_GROUP = "external_order_sync.group_user"
# Also sets them up.
MANAGER_GROUP = "external_order_sync.group_manager"
