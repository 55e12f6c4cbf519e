"""The wheel of a release, tried where nothing of the checkout is at hand.

python -m bench.release dist/disclosures-0.1.0-py3-none-any.whl

Installs it with what it asks for, at the versions of requirements.txt, into an environment of its own; then asks it in an
empty folder for its version, for a crawl of the sample portal and a search, and plain Datasette for the site. Exit status 1 at the first
command that fails or says something else.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path
from urllib.parse import quote

from tests.ports import free_port

ROOT = Path(__file__).parent.parent


class ReleaseError(Exception):
    """A wheel that can't be released; the message says which command failed, and what it printed."""


def stated_version() -> str:
    """Return the version that pyproject.toml states."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def run(folder: Path, program: Path, *arguments: str | Path) -> str:
    """Run a program in `folder`, without variables that point to a checkout or an archive; return what it prints."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DISCLOSURES_"))}
    done = subprocess.run([program, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        command = " ".join(map(str, [program.name, *arguments]))
        raise ReleaseError(f"`{command}` ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def expect(text: str, printed: str) -> None:
    """Raise ReleaseError where `text` is not in what a command printed."""
    if text not in printed:
        raise ReleaseError(f"{text!r} is missing in:\n{printed[:2000]}")


def install(wheel: Path, folder: Path) -> Path:
    """Install a wheel into a new environment in `folder`; return the folder of its programs."""
    venv.create(folder, with_pip=True)
    pip = folder / "bin" / "pip"
    quiet = ("install", "--quiet", "--disable-pip-version-check")
    run(folder, pip, *quiet, "--constraint", ROOT / "requirements.txt", wheel)
    run(folder, pip, "check", "--disable-pip-version-check")
    return folder / "bin"


def try_out(programs: Path, folder: Path) -> None:
    """Use the installed programs in `folder` as somebody new would. Raises ReleaseError at the first that goes wrong."""
    disclosures, datasette = programs / "disclosures", programs / "datasette"
    db = folder / "sample" / "disclosures.db"
    expect(f"disclosures {stated_version()}\n", run(folder, disclosures, "--version"))
    run(folder, disclosures, "demo", "--no-serve", "--sample-port", str(free_port()), "--db", db)
    expect("预算", run(folder, disclosures, "search", "--db", db, "预算"))
    plugins = json.loads(run(folder, datasette, "plugins"))
    expect("disclosures", " ".join(plugin["name"] for plugin in plugins))
    expect("<mark>预算</mark>", run(folder, datasette, db, "--get", f"/-/search?q={quote('预算')}"))
    run(folder, datasette, db, "--get", "/-/static-plugins/disclosures/disclosures.css")


def main() -> int:
    """Try the wheel that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    wheel = parser.parse_args().wheel.resolve()
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder, "elsewhere")
        empty.mkdir()
        try:
            try_out(install(wheel, Path(folder, "environment")), empty)
        except ReleaseError as error:
            print(error, file=sys.stderr)
            return 1
    print(f"{wheel.name}: installs, crawls, searches and serves")
    return 0


if __name__ == "__main__":
    sys.exit(main())
