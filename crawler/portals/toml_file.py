"""Tables of TOML files that people write, read so that a slip is an error of one line that names file and key."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class TomlTable:
    """One table of a file. `where` begins each message, `error` is raised for a value that can't be used."""

    values: Mapping[str, Any]
    where: str
    error: type[ValueError]

    def wrong(self, message: str) -> ValueError:
        """Return the error that says `message` of this table."""
        return self.error(f"{self.where}: {message}")

    def must_be(self, key: str, form: str) -> ValueError:
        """Return the error that says which form the value of `key` must have."""
        return self.wrong(f"{key} = {self.values.get(key)!r} must be {form}")

    def refuse_unknown(self, allowed: Collection[str]) -> None:
        """Raise the error where a key is none of those allowed."""
        if unknown := [key for key in self.values if key not in allowed]:
            raise self.wrong(f"unknown key {unknown[0]!r}; allowed are {', '.join(allowed)}")

    def require_known(self, key: str, values: Iterable[object], allowed: Collection[str]) -> None:
        """Raise the error where a value of `key` is none of those allowed."""
        known = list(allowed)  # a value may be of any type, also one that a set doesn't take
        if unknown := [value for value in values if value not in known]:
            raise self.wrong(f"{key} = {unknown[0]!r} is not one of {', '.join(known)}")

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default it must be there and not be blank."""
        value = self.values.get(key, default)
        if value is None:
            raise self.wrong(f"{key} is missing")
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.must_be(key, "a text in quotes")
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a text, or a list of them, each once."""
        value = self.values.get(key, [])
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(each, str) and each.strip() for each in values):
            raise self.must_be(key, "a text in quotes, or a list of such")
        return tuple(dict.fromkeys(each.strip() for each in values))

    def flag(self, key: str) -> bool | None:
        """Return true or false, or None where nothing is said."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.must_be(key, "true or false")
        return value


def read_toml(path: Path, error: type[ValueError]) -> TomlTable:
    """Return the table that the file at `path` is. Raises `error`, in one line that names the file."""
    try:
        return TomlTable(tomllib.loads(path.read_text(encoding="utf-8")), str(path), error)
    except OSError as failure:
        raise error(f"{path}: cannot be read: {failure.strerror or failure}") from failure
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as failure:
        raise error(f"{path}: is not valid TOML: {failure}") from failure
    except RecursionError as failure:
        raise error(f"{path}: its values stand in one another too deep to be read") from failure
