from . import stock_picking_reschedule
from . import stock_picking
from . import warehouse_api
from . import warehouse_api_names
from . import warehouse_api_status
