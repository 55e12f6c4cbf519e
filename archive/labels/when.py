"""Times as people read them; and the time of an event in words: between the day on which its earlier state was last
seen and that on which the new one was.
"""

from datetime import UTC, date, timedelta, tzinfo

from archive.labels.label import LABELS, Label
from archive.model.clock import BEIJING, moment

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def when(not_before: str | None, at: str) -> Label:
    """Say between which days in Beijing something happened, or, on one day, which times; without `not_before`, by when.

    Both are UTC, ISO 8601; what is no time is said as it stands.
    """
    try:
        until = moment(at).astimezone(BEIJING)
        since = moment(not_before).astimezone(BEIJING) if not_before else None
    except (ValueError, OverflowError):
        return _worded((not_before, not_before) if not_before else None, (at, at))
    if since is None:
        return _worded(None, (str(until.date()), english_day(until)))
    if since.date() != until.date():
        return _worded((str(since.date()), english_day(since, until)), (str(until.date()), english_day(until)))
    form = "%H:%M" if until - since >= timedelta(minutes=1) else "%H:%M:%S"
    times = f"{since:{form}}", f"{until:{form}}"
    return _worded((f"{since.date()} {times[0]}", times[0]), (times[1], f"{times[1]} on {english_day(until)}"))


def _worded(since: tuple[str, str] | None, until: tuple[str, str]) -> Label:
    """Return the words with both ends in them, each in Chinese and in English."""
    label = LABELS["window.between"] if since else LABELS["window.open"]
    zh, en = since or ("", "")
    return Label(label.zh.format(since=zh, until=until[0]), label.en.format(since=en, until=until[1]))


def english_day(of: date, before: date | None = None) -> str:
    """A day as English writes it: 14 November 2026; less what the day `before` which it is named says, too."""
    month, year = f" {_MONTHS[of.month - 1]}", f" {of.year}"
    if before and of.year == before.year:
        return f"{of.day}" if of.month == before.month else f"{of.day}{month}"
    return f"{of.day}{month}{year}"


def beijing(time: str) -> str:
    """A UTC time in Beijing's, to the minute; what isn't a time as it is."""
    return _written(time, BEIJING, "minutes")


def utc(time: str) -> str:
    """A time to the second, UTC, as people read it; what isn't a time as it is."""
    return _written(time, UTC, "seconds")


def _written(time: str, zone: tzinfo, to: str) -> str:
    try:
        return moment(time).astimezone(zone).replace(tzinfo=None).isoformat(" ", to)
    except (ValueError, OverflowError):
        return time
