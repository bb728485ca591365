from . import controllers, models
from .tools.uninstall import uninstall_hook
