-- A neutralized copy must not fetch, book or send anything, and needs no keys of the real systems.
UPDATE external_order_sync
   SET active = false,
       external_api_key = NULL;
