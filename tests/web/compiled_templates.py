"""A plugin of Datasette: templates are compiled once for all sites of a process."""

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from pluggy import HookimplMarker


class _InMemory(BytecodeCache):
    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if compiled := self._compiled.get(bucket.key):
            bucket.bytecode_from_string(compiled)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _InMemory()


@HookimplMarker("datasette")
def prepare_jinja2_environment(env: Environment) -> None:
    env.bytecode_cache = _COMPILED
