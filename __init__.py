from . import controllers, models
from .models.uninstall import uninstall_hook
