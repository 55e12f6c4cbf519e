"""Settings of a crawl, as they come from the environment, from `-s` and from scripts: checked before anything is done."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scrapy.settings import Settings, default_settings

from crawler import settings as our_settings

MODES = ("", "full", "update")
MOST_AT_A_TIME = 64

_OURS = [name for name in vars(our_settings) if name.startswith("DISCLOSURES_")]
_AT_A_TIME = ("CONCURRENT_REQUESTS", "CONCURRENT_REQUESTS_PER_DOMAIN")
_READERS: dict[type, tuple[Callable[[Settings, str], Any], str]] = {
    bool: (Settings.getbool, "true or false"),
    int: (Settings.getint, "a number"),
    float: (Settings.getfloat, "a number"),
}
"""Scrapy's readers of settings, by the types of their defaults, and what they take."""

_FRACTIONS = ("DELAY", "TIMEOUT", "PROGRESS")
"""Words in the names of settings of which Scrapy takes fractions, though their defaults are whole numbers."""

_LEVELS = ("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG")


class SettingError(ValueError):
    """A setting that can't be right; the message is one line."""


def require_sound(settings: Settings) -> None:
    """Raise SettingError for the first setting that can't be right."""
    if unknown := [name for name in settings if name.startswith("DISCLOSURES_") and name not in _OURS]:
        raise SettingError(f"{unknown[0]} is no setting; there are {', '.join(_OURS)}")
    _require_readable(settings)
    mode, db = settings["DISCLOSURES_MODE"], Path(str(settings["DISCLOSURES_DB"] or "."))
    if mode not in MODES:
        raise SettingError(f"DISCLOSURES_MODE = {mode!r} must be full, update, or empty for what is due")
    if db.is_dir():
        raise SettingError(f"DISCLOSURES_DB = {str(settings['DISCLOSURES_DB'])!r} must be a file's path")
    for name in _AT_A_TIME:
        if not 1 <= settings.getint(name) <= MOST_AT_A_TIME:
            raise SettingError(f"{name} = {settings[name]!r} must be a number from 1 to {MOST_AT_A_TIME}")
    if settings.getfloat("DOWNLOAD_DELAY") < 0:
        raise SettingError(f"DOWNLOAD_DELAY = {settings['DOWNLOAD_DELAY']!r} must be seconds")
    if settings.getfloat("DISCLOSURES_PROGRESS") < 1:
        raise SettingError(f"DISCLOSURES_PROGRESS = {settings['DISCLOSURES_PROGRESS']!r} must be seconds, at least one")
    level = settings["LOG_LEVEL"]
    if not isinstance(level, int) and str(level).upper() not in _LEVELS:
        raise SettingError(f"LOG_LEVEL = {level!r} must be one of {', '.join(_LEVELS)}")

    if settings["LOG_FILE"]:
        try:
            Path(settings["LOG_FILE"]).open("a", encoding="utf-8").close()
        except OSError as error:
            raise SettingError(f"LOG_FILE = {settings['LOG_FILE']!r} can't be written: {error.strerror}") from None


def _require_readable(settings: Settings) -> None:
    """Raise SettingError for the first setting that Scrapy could not read as what its default is."""
    defaults = vars(default_settings) | vars(our_settings)
    for name, value in settings.items():
        kind = type(defaults.get(name))
        if kind is int and any(word in name for word in _FRACTIONS):
            kind = float
        if kind not in _READERS or value is None:
            continue
        read, what = _READERS[kind]
        try:
            as_read = read(settings, name)
            is_sound = not isinstance(as_read, float) or math.isfinite(as_read)
        except (TypeError, ValueError):
            is_sound = False
        if not is_sound:
            raise SettingError(f"{name} = {value!r} must be {what}")
