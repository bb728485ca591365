from . import api_dispatcher
from . import fallback
from . import openapi
from . import pickings
from . import sync
