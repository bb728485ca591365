from . import external_shipment
from . import external_shipment_event
from . import external_shipment_worker
from . import external_shipment_attempt
from . import external_shipment_search
from . import delivery_carrier
from . import stock_picking
from . import external_shipment_attention
