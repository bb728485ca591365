-- A neutralized copy must not fetch, book or send anything, and needs no keys of the real systems.
UPDATE external_order_sync
   SET active = false,
       external_api_key = NULL,
       secret_parameters = NULL;

DELETE FROM external_order_push_secret;

UPDATE external_event_subscription
   SET state = 'paused',
       headers = NULL;

DELETE FROM external_event_secret;

-- Odoo archives the couriers' shipping methods in a neutralized copy; what is under way is not asked for any more.
UPDATE delivery_carrier
   SET opal_username = NULL,
       opal_password = NULL;

UPDATE external_shipment
   SET next_poll = NULL;

UPDATE odoo_sync_source
   SET active = false,
       secret = NULL,
       handshake = NULL;
