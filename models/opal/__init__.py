from . import delivery_carrier
from . import opal_shipping
