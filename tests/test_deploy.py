"""Files that an operator copies: units, proxy, cron, container; each checked by the program that reads it, as far as it is at hand."""

import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path

import click
import httpx
import pytest
import yaml

from archive.export.snapshots import publish
from crawler.cli.main import main
from tests import waiting
from tests.certificates import self_signed
from tests.conftest import ROOT
from tests.ports import free_port
from tests.waiting import answers, wait_until
from tests.web.sample_archive import build

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
READING_FILES = {"disclosures-crawl.service", "disclosures-merge.service", "disclosures-work@.service"}
HERE = "/opt/disclosures"

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
needs_nginx = pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def parsed(command: str, arguments: list[str]) -> None:
    """Parse a command line of ours as it would be run."""
    main.get_command(click.Context(main), command).make_context(command, arguments, resilient_parsing=False)


# --- systemd ---


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units as they stand, for an installation in a folder of the test's."""
    folder = tmp_path_factory.mktemp("units")
    for program in (".venv/bin/disclosures", "deploy/back-up", "deploy/tell-failure"):
        path = folder / "opt" / program
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    for path in UNITS:
        (folder / path.name).write_text(path.read_text(encoding="utf-8").replace(HERE, str(folder / "opt")))
    return folder


@needs_systemd
def test_systemd_takes_every_unit(units: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(units / path.name for path in UNITS)],
        capture_output=True, text=True, check=False, env={**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:"},
    )  # fmt: skip
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "disclosures" in line]
    assert (done.returncode, ours) == (0, [])


@needs_systemd
@pytest.mark.parametrize("path", SERVICES, ids=names(SERVICES))
def test_services_stand_behind_walls(units: Path, path: Path) -> None:
    """By systemd's own reckoning: 10 is a service without any. Those that shut converters in may make namespaces for it."""
    most = 24 if path.name in READING_FILES else 20
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", f"--threshold={most}", units / path.name],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_units_that_read_files_let_converters_be_shut_in() -> None:
    """By namespaces and Landlock (`archive/attachments/sandbox.py`); the others allow neither."""
    calls = "landlock_create_ruleset landlock_add_rule landlock_restrict_self chroot capset mount mount_setattr"
    walls = {"RestrictNamespaces=user net ipc pid mnt", f"SystemCallFilter={calls}"}
    for path in SERVICES:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert walls <= set(lines) if path.name in READING_FILES else "RestrictNamespaces=yes" in lines, path.name
        if path.name in READING_FILES:
            assert lines.index("SystemCallFilter=~@privileged") < lines.index(f"SystemCallFilter={calls}")


@pytest.mark.parametrize("path", SERVICES, ids=names(SERVICES))
def test_units_run_commands_that_exist(path: Path) -> None:
    lines = re.findall(r"^Exec(?:Start|StopPost)=(.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert lines
    for program, *arguments in map(shlex.split, lines):
        if program.startswith(f"{HERE}/deploy/"):
            assert os.access(ROOT / Path(program).relative_to(HERE), os.X_OK)
            continue
        assert program == f"{HERE}/.venv/bin/disclosures"
        parsed(arguments[0], [str(ROOT) if each == "/var/spool/disclosures" else each for each in arguments[1:]])


def test_what_is_handed_out_is_not_crawled_here_as_well() -> None:
    """Portals that workers crawl, `crawl --due` would crawl again: the one timer stops the other."""
    timer = (DEPLOY / "systemd" / "disclosures-merge.timer").read_text(encoding="utf-8")
    assert "Conflicts=disclosures-crawl.timer" in timer.splitlines()


def test_every_timer_has_its_service_and_is_named_in_the_docs() -> None:
    text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    for path in UNITS:
        assert path.with_suffix(".service").exists()
        assert path.name in text or f"{path.stem}.{{service,timer}}" in text, path.name


def test_every_failure_is_told() -> None:
    """Also that something needs attention, which is no success; but for what the unit that tells could not tell."""
    for path in SERVICES:
        lines = path.read_text(encoding="utf-8").splitlines()
        told = "OnFailure=disclosures-failed@%n.service" in lines
        assert told == (path.name != "disclosures-failed@.service"), path.name
        assert not any(line.startswith(("SuccessExitStatus=", "ExecStart=-")) for line in lines), path.name


@pytest.mark.parametrize(
    ("unit", "status", "said"),
    [
        ("disclosures-crawl.service", "2", ["tell", "tell"]),
        ("disclosures-publish.service", "1", ["tell", "tell"]),
        ("disclosures-crawl.service", "1", ["status", "status", "status"]),
        ("disclosures-status.service", "1", []),
        ("disclosures-crawl.service", "", ["tell", "tell"]),  # systemd before 251
    ],
)
def test_a_unit_that_failed_is_told_once_a_day(tmp_path: Path, unit: str, status: str, said: list[str]) -> None:
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/said\n[ "$1" != status ]\n')
    program.chmod(0o755)
    env = {**os.environ, "DISCLOSURES": str(program), "TELL": "desk@example.org", "MONITOR_EXIT_STATUS": status}
    env.pop("LD_PRELOAD", None)  # of faketime: the mark has the file system's time, whatever day the suite is run on
    command = [DEPLOY / "tell-failure", unit, tmp_path]
    for hours_ago in (0, 0, 25):
        mark = tmp_path / f"told-failure-{unit}"
        if hours_ago and mark.exists():
            os.utime(mark, (mark.stat().st_mtime - hours_ago * 3600,) * 2)
        subprocess.run(command, check=True, env=env)
    lines = (tmp_path / "said").read_text().splitlines() if (tmp_path / "said").exists() else []
    assert [line.split()[0] for line in lines] == said
    for line in lines:
        name, *arguments = shlex.split(line)
        assert "desk@example.org" in arguments
        if name == "tell":
            assert line.startswith(f"tell {unit} failed on ")


# --- cron, and backups ---


def test_the_cron_file_runs_commands_that_exist() -> None:
    lines = [line for line in (DEPLOY / "disclosures.cron").read_text().splitlines() if re.match(r"[0-9*]", line)]
    assert len(lines) == 5
    for line in lines:
        *when, user, command = line.split(None, 6)[:5] + line.split(None, 6)[5:]
        assert all(re.fullmatch(r"[0-9*/,-]+", field) for field in when)
        assert user == "disclosures"
        assert "%" not in command  # a line break, to cron
        assert subprocess.run(["sh", "-n", "-c", command], check=False).returncode == 0
        for found in re.findall(r"; disclosures ([^>|]+)", command):
            name, *arguments = shlex.split(found)
            parsed(name, [each for each in arguments if not each.startswith("2")])


def test_what_a_cron_line_sources_its_user_can_read() -> None:
    """systemd reads such files as root; the shell that cron starts does not."""
    installed = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    sourced = set(re.findall(r"\. /etc/disclosures/([a-z.]+)", (DEPLOY / "disclosures.cron").read_text()))
    assert sourced == {"archive.env", "messages.env"}
    for name in sourced:
        assert re.search(rf"^install (-m 644|-o disclosures -m 600) {name} ", installed, re.MULTILINE), name


def test_backups_are_made_and_only_the_oldest_of_them_go(sample_archive: Path, tmp_path: Path) -> None:
    kept = [f"2026-01-0{day}T000000Z" for day in (1, 2, 3)]
    for name in (*kept, "mine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "backup.json").touch()
    (tmp_path / "2025-01-01T000000Z").mkdir()  # no backup
    env = {
        **os.environ,
        "DISCLOSURES": str(Path(sys.executable).with_name("disclosures")),
        "DISCLOSURES_DB": str(sample_archive),
    }
    command = [str(DEPLOY / "back-up"), str(tmp_path), "2"]
    subprocess.run(command, check=True, env=env, capture_output=True)
    *older, new = sorted(path.name for path in tmp_path.iterdir() if path.name != "mine")
    assert older == ["2025-01-01T000000Z", kept[-1]]
    assert (tmp_path / new / "disclosures.db").is_file()
    assert (tmp_path / "mine").is_dir()
    failed = subprocess.run(command, check=False, env={**env, "DISCLOSURES": "false"}, capture_output=True)
    assert failed.returncode == 1
    assert (tmp_path / kept[-1]).is_dir()  # nothing goes where no new one came


# --- nginx ---


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    publish(build(folder / "disclosures.db"), folder / "public", "2026-11-27T06:00:00Z")
    return folder / "public"


@pytest.fixture(scope="module")
def proxy(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The example of nginx, on loopback with a certificate of our own, before the site."""
    folder = tmp_path_factory.mktemp("nginx")
    certificate = self_signed(folder / "server.pem")
    http, https, port = free_port(), free_port(), free_port()
    text = (DEPLOY / "nginx" / "disclosures.conf").read_text(encoding="utf-8")
    text = re.sub(r".*listen \[::\].*\n", "", text)
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{http};",
        "listen 443 ssl": f"listen 127.0.0.1:{https} ssl",
        "/etc/letsencrypt/live/archive.example.org/fullchain.pem": str(certificate),
        "/etc/letsencrypt/live/archive.example.org/privkey.pem": str(certificate),
        "/var/cache/nginx-disclosures": str(folder / "cache"),
        "127.0.0.1:8001": f"127.0.0.1:{port}",
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"{'user root;' if os.getuid() == 0 else ''}\nworker_processes 1;\npid {folder}/pid;\nerror_log {folder}/error.log warn;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{places}\n{text}\n}}\n"
    )
    command = ["nginx", "-e", f"{folder}/error.log", "-p", folder, "-c", configuration]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr, checked.stderr
    serve = [Path(sys.executable).with_name("disclosures"), "serve", "--published", published, "--port", str(port)]
    with (
        subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as site,
        subprocess.Popen([*command, "-g", "daemon off;"], stderr=subprocess.PIPE) as nginx,
        httpx.Client(
            base_url=f"https://127.0.0.1:{https}",
            verify=ssl.create_default_context(cafile=certificate),
            timeout=waiting.SECONDS,
        ) as client,
    ):
        try:
            assert "The archive" in site.stdout.readline()
            plain = f"http://127.0.0.1:{http}/x?y=1"
            wait_until(lambda: answers(lambda: httpx.get(plain, timeout=waiting.SECONDS), httpx.ConnectError))
            assert httpx.get(plain, timeout=waiting.SECONDS).headers["location"] == "https://127.0.0.1/x?y=1"
            yield client
        finally:
            nginx.terminate()
            site.terminate()


def of_cache(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.headers.get("x-cache", "")


@needs_nginx
@pytest.mark.parametrize("path", ["/", "/-/search?q=%E9%A2%84%E7%AE%97", "/-/record/1"])
def test_what_one_reader_was_given_the_next_one_gets_from_the_cache(proxy: httpx.Client, path: str) -> None:
    first, second = proxy.get(path), proxy.get(path)
    assert [of_cache(first), of_cache(second)] == [(200, "MISS"), (200, "HIT")]
    assert first.text == second.text
    again = proxy.get(path, headers={"If-None-Match": second.headers["etag"]})
    assert of_cache(again) == (304, "HIT")
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["strict-transport-security"] == "max-age=31536000"
    assert "default-src 'self'" in first.headers["content-security-policy"]


@needs_nginx
def test_who_is_somebody_neither_gets_nor_leaves_anything_in_the_cache(proxy: httpx.Client) -> None:
    proxy.get("/-/browse")
    for headers in ({"Cookie": "ds_actor=x"}, {"Authorization": "Bearer x"}):
        answer = proxy.get("/-/browse", headers=headers)
        assert of_cache(answer) == (200, "BYPASS")
        assert answer.headers["cache-control"] == "private, no-store"
    for _ in range(2):
        assert of_cache(proxy.get("/-/day", headers={"Cookie": "a=b"}))[1] == "BYPASS"
    assert of_cache(proxy.get("/-/day"))[1] == "MISS"


@needs_nginx
def test_the_cache_keeps_languages_apart(proxy: httpx.Client) -> None:
    for asking, language in (
        ({}, "zh-CN"),
        ({"Accept-Language": "en"}, "en"),
        ({"Cookie": "disclosures_lang=en"}, "en"),
    ):
        answers = [proxy.get("/-/api", headers=asking) for _ in range(2)]
        assert [of_cache(answer) for answer in answers] == [(200, "MISS"), (200, "HIT")], asking
        assert {answer.headers["content-language"] for answer in answers} == {language}
    assert of_cache(proxy.get("/-/api?lang=en"))[1] == "MISS"
    assert "set-cookie" in proxy.get("/-/api?lang=en").headers  # for each reader, not for the first alone


@needs_nginx
def test_addresses_come_through_as_they_are(proxy: httpx.Client) -> None:
    answer = proxy.get("/nothing/%E9%A2%84~2F?x=%00&y=<>", follow_redirects=True)
    assert answer.status_code in {400, 404}
    feed = proxy.get("/-/changes.atom")
    assert feed.status_code == 200
    assert "https://127.0.0.1" in feed.text  # the site knows by which name and how it is reached


@needs_nginx
def test_the_whole_archive_comes_through_whole(proxy: httpx.Client, published: Path) -> None:
    (address,) = set(re.findall(r"/-/download/[\w-]+\.db(?=\")", proxy.get("/-/download").text))
    answer = proxy.get(address)
    assert answer.content == (published / "current" / "disclosures.db").read_bytes()
    assert "x-cache" not in answer.headers
    part = proxy.get(address, headers={"Range": "bytes=100-"})
    assert (part.status_code, part.content) == (206, answer.content[100:])


# --- container, Litestream ---


def test_a_wheel_holds_all_that_the_packages_need(tmp_path: Path) -> None:
    """The package that the Containerfile installs is no checkout: templates, portal files and the like must come along."""
    source = tmp_path / "source"
    tracked = subprocess.run(
        ["git", "ls-files", "archive", "pipelines", "crawler"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    if not tracked:
        pytest.skip("this is no checkout: which files belong to the packages is not known")
    for name in [*tracked, "pyproject.toml", "README.md", "LICENSE"]:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index", "-w", tmp_path, source],
        check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in tracked if name not in held and Path(name).suffix not in {".md"}} == set()


def test_the_containerfile_copies_what_is_there_and_runs_what_exists() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    steps = [
        line.split(None, 1) for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")
    ]
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [name for step, rest in steps if step == "COPY" and "--from" not in rest for name in rest.split()[:-1]]
    assert {*copied} == let_in
    assert all((ROOT / name).exists() for name in copied)
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    versions = {found for step, rest in steps if step == "FROM" for found in re.findall(r"python:([0-9.]+)-", rest)}
    assert versions == {wanted.removeprefix(">=")}
    (command,) = [rest for step, rest in steps if step == "CMD"]
    name, *arguments = yaml.safe_load(command)
    parsed(name, arguments)


def test_litestream_is_told_of_both_databases() -> None:
    told = yaml.safe_load((DEPLOY / "litestream.yml").read_text())
    assert [Path(each["path"]).name for each in told["dbs"]] == ["evidence.db", "disclosures.db"]


def test_what_is_sourced_names_variables_that_exist() -> None:
    known = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for file in ("archive.env", "messages.env", "many.env"):
        for line in (DEPLOY / file).read_text().splitlines():
            assert line.startswith(("#", "TELL=")) or f"`{line.partition('=')[0]}`" in known
    assert isinstance(main, click.Group)


@pytest.mark.parametrize("name", ["disclosures-crawl.service", "disclosures-work@.service"])
def test_crawls_may_not_reach_private_networks(name: str) -> None:
    text = (DEPLOY / "systemd" / name).read_text("utf-8")
    (denied,) = re.findall(r"^IPAddressDeny=(.+)$", text, re.MULTILINE)
    words = {
        "localhost": "127.0.0.0/8 ::1/128",
        "link-local": "169.254.0.0/16 fe80::/64",
        "multicast": "224.0.0.0/4 ff00::/8",
    }
    networks = [ip_network(each) for word in denied.split() for each in words.get(word, word).split()]
    for address in (
        "127.0.0.1",
        "::1",
        "10.0.0.1",
        "100.100.100.200",
        "169.254.169.254",
        "172.31.0.1",
        "192.168.1.1",
        "fd00:ec2::254",
    ):
        assert any(ip_address(address) in network for network in networks), address


def test_logs_that_grow_are_rotated() -> None:
    text = (DEPLOY / "logrotate" / "disclosures").read_text(encoding="utf-8")
    cron = (DEPLOY / "disclosures.cron").read_text(encoding="utf-8")
    written = {"/var/lib/disclosures/crawl.log", *re.findall(r">>(\S+\.log)", cron)}
    assert set(re.findall(r"/var/\S+\.log", text)) == written
    if program := shutil.which("logrotate"):
        assert subprocess.run([program, "--debug", DEPLOY / "logrotate" / "disclosures"], check=False).returncode == 0
