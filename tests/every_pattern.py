"""Every regular expression of the project: those that modules hold, those that functions make or keep, those written where they are used."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import ModuleType
from typing import Any

import datasette.plugins  # noqa: F401 - before the site, which is one of its plugins

import archive
import crawler
import pipelines

_METHODS = ("search", "finditer", "findall", "sub", "subn", "split", "match", "fullmatch")
_AT_ONE_PLACE = {"match", "fullmatch"}
_CALLED = re.compile(rf"^[ \t].*\bre\.(?:{'|'.join((*_METHODS, 'compile'))})\(", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Used:
    """A pattern and its use. `name`: of module and variable, or of module and function. `anywhere`: whether it is looked for
    at every place of a text, not at its beginning alone.
    """

    name: str
    pattern: re.Pattern[Any]
    anywhere: bool


def modules() -> list[ModuleType]:
    """Return every module of the three packages."""
    return [
        importlib.import_module(info.name)
        for package in (archive, crawler, pipelines)
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]


def patterns() -> Iterator[Used]:
    """Yield every pattern that is held by a module, or kept by a function without arguments, or written in a call of `re`."""
    sources = {module: inspect.getsource(module) for module in modules()}
    everything = "\n".join(sources.values())
    seen: set[int] = set()
    looked_at: set[int] = set()
    for module, source in sources.items():
        for name, value in vars(module).items():
            if id(value) in looked_at:
                continue
            looked_at.add(id(value))
            for where, pattern in _held(name, value):
                if id(pattern) not in seen:
                    seen.add(id(pattern))
                    methods = _methods(source if name.startswith("_") else everything, where)
                    yield Used(f"{module.__name__}.{where}", pattern, not methods or not methods <= _AT_ONE_PLACE)
        for where, method, written in _calls(module, source):
            pattern = _evaluated(written, module)
            if pattern is not None and method != "compile":
                yield Used(where, pattern, method not in _AT_ONE_PLACE)


def made_at_run_time() -> set[str]:
    """Return the functions that make patterns of what only they know."""
    return {
        where
        for module in modules()
        for where, _, written in _calls(module, inspect.getsource(module))
        if _evaluated(written, module) is None
    }


def _held(name: str, value: object) -> Iterator[tuple[str, re.Pattern[Any]]]:
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, Mapping):
        for key, each in value.items():  # a key may be of anything, and not even have a text any more
            yield from _held(f"{name}[{key if isinstance(key, str) else type(key).__name__}]", each)
    elif isinstance(value, tuple | list | set | frozenset):
        for place, each in enumerate(value):
            yield from _held(f"{name}[{place}]", each)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _held(f"{name}.{field.name}", getattr(value, field.name))
    elif (made := _kept(value)) is not None:
        yield from _held(f"{name}()", made())


def _kept(value: object) -> Callable[[], object] | None:
    """Return `value` where it is a function without arguments whose result is kept, and holds patterns."""
    if not (callable(value) and hasattr(value, "cache_info")):
        return None
    signature = inspect.signature(value)
    return value if not signature.parameters and re.search("Pattern|_Words", str(signature.return_annotation)) else None


def _methods(source: str, name: str) -> set[str]:
    if f"{name}." not in source:
        return set()
    text = re.escape(name)  # first: Python looks for a text faster than for a `\b`
    return set(re.findall(rf"{text}(?<!\w{text})\.({'|'.join(_METHODS)})\(", source))


def _calls(module: ModuleType, source: str) -> Iterator[tuple[str, str, ast.expr]]:
    """Yield (module and function, method of `re`, expression of the pattern) for each call."""
    if not _CALLED.search(source):
        return
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                match node:
                    case ast.Call(func=ast.Attribute(value=ast.Name("re"), attr=method), args=[written, *_]):
                        if method in {*_METHODS, "compile"}:
                            yield f"{module.__name__}.{function.name}", method, written


def _evaluated(written: ast.expr, module: ModuleType) -> re.Pattern[Any] | None:
    """Return the pattern that an expression of constants and the module's own names is; None for any other."""
    try:
        value = eval(compile(ast.Expression(written), module.__name__, "eval"), vars(module))
    except NameError:
        return None
    return re.compile(value)
