"""A plugin of Datasette: templates are compiled once for all sites of all tests, until they change."""

from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache
from pluggy import HookimplMarker

FOLDER = Path(__file__).parents[2] / "build" / "templates"
FOLDER.mkdir(parents=True, exist_ok=True)

_COMPILED = FileSystemBytecodeCache(str(FOLDER))


@HookimplMarker("datasette")
def prepare_jinja2_environment(env: Environment) -> None:
    env.bytecode_cache = _COMPILED
