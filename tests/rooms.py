"""Rooms: the packages of the project, their purposes, and which imports which.

`python -m tests.rooms` writes the tree of rooms, made from the packages' docstrings, into docs/design.md.
"""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
TOPS = ("archive", "pipelines", "crawler")
DESIGN = ROOT / "docs" / "design.md"
BEGIN, END = "<!-- rooms: made by python -m tests.rooms -->\n", "<!-- end of rooms -->\n"


@cache
def sources() -> dict[str, Path]:
    """The source file of each module and package by its dotted name."""
    paths = [path for top in TOPS for path in sorted((ROOT / top).rglob("*.py"))]
    dotted = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}
    return {name.removesuffix(".__init__"): path for name, path in dotted.items()}


def room_of(name: str) -> str:
    """The package that a module stands in; a package is its own room."""
    return name if sources()[name].name == "__init__.py" else name.rpartition(".")[0]


def rooms() -> dict[str, str]:
    """Each room's purpose, the first line of its package's docstring; "" where it has none."""
    found = {}
    for name, path in sources().items():
        if path.name == "__init__.py":
            docstring = ast.get_docstring(parsed(path)) or ""
            found[name] = docstring.partition("\n")[0]
    return found


def sizes() -> Counter[str]:
    """The number of modules of each room."""
    return Counter(name.rpartition(".")[0] for name, path in sources().items() if path.name != "__init__.py")


def files(room: str) -> int:
    """The number of files of ours in a room: modules, and data that stands for modules (SQL, TOML, CSV, JSON, HTML)."""
    folder = ROOT / room.replace(".", "/")
    kinds = {".py", ".sql", ".toml", ".csv", ".json", ".html"}
    own = [path for path in folder.iterdir() if path.suffix in kinds and path.name != "__init__.py"]
    return len(own) + sum(1 for path in folder.glob("*/*.html") if not (path.parent / "__init__.py").exists())


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a source file; read it, don't change it."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports() -> dict[str, dict[str, set[str]]]:
    """Room → imported room → the imports, each as "module > module", wherever in a file they stand."""
    known, found = sources(), defaultdict[str, dict[str, set[str]]](lambda: defaultdict(set))
    for name, path in known.items():
        for target in _imported(path):
            if target in known and room_of(name) != room_of(target):
                found[room_of(name)][room_of(target)].add(f"{name} > {target}")
    return found


def _imported(path: Path) -> Iterator[str]:
    modules = sources()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in modules else node.module for name in inner)


def tree() -> str:
    """The rooms as an indented tree, a line each with its number of modules and its purpose."""
    count, lines = sizes(), []
    for name, purpose in rooms().items():
        depth, last = name.count("."), name.rpartition(".")[2]
        lines.append(f"{'  ' * depth}{last + '/':<{20 - 2 * depth}} {count[name]:>2}  {purpose}")
    return "```\n" + "\n".join(lines) + "\n```\n"


def written() -> str:
    """The tree as docs/design.md has it."""
    return DESIGN.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]


def main() -> None:
    """Write the tree into docs/design.md."""
    before, _, rest = DESIGN.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    DESIGN.write_text(f"{before}{BEGIN}{tree()}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
