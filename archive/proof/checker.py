"""Check a proof made by Disclosures: python3 check.py PROOF.zip [DAY=HASH …], with hashes kept elsewhere."""

import hashlib
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def check(path: str, kept: dict[str, str]) -> Iterator[str]:
    """Yield what is wrong, in words. `kept`: day -> the hash of that day as somebody else has kept it."""
    whole, _, stated = Path(path).read_bytes().rpartition(b"sha256:")
    if sha256(whole).encode() != stated:
        yield "the ZIP: a byte of it is not as it was written"
    with zipfile.ZipFile(path) as package:
        files = {name: package.read(name) for name in package.namelist()}
    sums = dict(line.split("  ")[::-1] for line in files["SHA256SUMS"].decode().splitlines())
    for name in sorted(sums.keys() | files.keys() - {"SHA256SUMS"}):
        if sums.get(name) != sha256(files.get(name, b"missing")):
            yield f"{name}: is {'not as it was written' if name in files else 'missing'}"
    proof = json.loads(files["proof.json"])
    days, before = dict[str, list[str]](), proof["before"]
    for name in sorted(name for name in files if name.startswith("days/")):
        day, digest, (previous, *lines, last) = name[5:15], sha256(files[name]), files[name].decode().split("\n")
        if (previous, last) != (before, day):
            yield f"{name}: does not follow from the day before it"
        if kept.get(day, digest) != digest:
            yield f"{name}: its hash is {digest}, not the one kept: the past was written anew from {day} on, or before"
        token = files.get(f"tokens/{day}.tsr")
        if token is not None and hashlib.sha256(digest.encode()).digest() not in token:
            yield f"tokens/{day}.tsr: is the time stamp of something else"
        days[day], before = lines, digest
    if proof["head"] != [max(days), before]:
        yield f"days: the last of them is not the head, {' '.join(proof['head'])}"
    for what, sealed in proof["sealed"].items():  # a line of the day is its text's sha256, the text has its content's
        text, content = (files.get(sealed[part], b"") for part in ("text", "content"))
        wrong = sealed["digest"] not in days[sealed["day"]] or (sealed["text"] and sha256(text) != sealed["digest"])
        if wrong or (sealed["content"] and sha256(content) != json.loads(text)["sha256"]):
            yield f"{what}: is not what was sealed on {sealed['day']}"
    for event, shown in proof["events"].items():  # what it names itself is there, and as many list pages as it says
        row = json.loads(files[proof["sealed"][event]["content"]])
        detail = json.loads(row["detail"])
        named = (row.get("before_capture_id"), row.get("after_capture_id"), detail.get("listed"), detail.get("page"))
        missing = sorted(n for n in {*shown["captures"], *named} - {None} if f"capture {n}" not in proof["sealed"])
        if missing or len(shown["pages"]) != detail.get("pages", len(shown["pages"])):
            yield f"{event}: captures that show it are missing: {missing or 'list pages'}"


if __name__ == "__main__":
    try:
        wrong = list(check(sys.argv[1], dict(each.split("=") for each in sys.argv[2:])))
    except Exception as error:  # noqa: BLE001 - whatever a file that is none makes of it
        wrong = [f"this is no whole proof: {type(error).__name__}: {error}"]
    print("\n".join(wrong) or "all well: everything is as it was sealed")
    sys.exit(bool(wrong))
