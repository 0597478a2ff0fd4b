"""Files and environment in, one frozen `Settings` out, with every mistake reported at once."""

from paperlark.settings.load import load_settings
from paperlark.settings.values import ModelSettings, PeopleSettings, Settings

__all__ = ["ModelSettings", "PeopleSettings", "Settings", "load_settings"]
