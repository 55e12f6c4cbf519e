"""Settings of a crawl, as they come from the environment, from `-s` and from scripts: checked before anything is done."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crawler import settings as our_settings

MODES = ("", "full", "update")
MOST_AT_A_TIME = 64

_OURS = [name for name in vars(our_settings) if name.startswith("DISCLOSURES_")]
_AT_A_TIME = ("CONCURRENT_REQUESTS", "CONCURRENT_REQUESTS_PER_DOMAIN")
_LEVELS = ("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG")


class SettingError(ValueError):
    """A setting that can't be right; the message is one line."""


def require_sound(settings: Mapping[str, Any]) -> None:
    """Raise SettingError for the first setting that can't be right."""
    if unknown := [name for name in settings if name.startswith("DISCLOSURES_") and name not in _OURS]:
        raise SettingError(f"{unknown[0]} is no setting; there are {', '.join(_OURS)}")
    mode, db = settings["DISCLOSURES_MODE"], Path(str(settings["DISCLOSURES_DB"] or "."))
    if mode not in MODES:
        raise SettingError(f"DISCLOSURES_MODE = {mode!r} must be full, update, or empty for what is due")
    if db.is_dir():
        raise SettingError(f"DISCLOSURES_DB = {str(settings['DISCLOSURES_DB'])!r} must be a file's path")
    for name in _AT_A_TIME:
        if not 1 <= _number(settings, name) <= MOST_AT_A_TIME:
            raise SettingError(f"{name} = {settings[name]!r} must be a number from 1 to {MOST_AT_A_TIME}")
    if _number(settings, "DOWNLOAD_DELAY") < 0:
        raise SettingError(f"DOWNLOAD_DELAY = {settings['DOWNLOAD_DELAY']!r} must be seconds")
    if _number(settings, "DISCLOSURES_PROGRESS") < 1:
        raise SettingError(f"DISCLOSURES_PROGRESS = {settings['DISCLOSURES_PROGRESS']!r} must be seconds, at least one")
    level = settings["LOG_LEVEL"]
    if not isinstance(level, int) and str(level).upper() not in _LEVELS:
        raise SettingError(f"LOG_LEVEL = {level!r} must be one of {', '.join(_LEVELS)}")


def _number(settings: Mapping[str, Any], name: str) -> float:
    try:
        return float(settings[name])
    except (TypeError, ValueError):
        raise SettingError(f"{name} = {settings[name]!r} must be a number") from None
