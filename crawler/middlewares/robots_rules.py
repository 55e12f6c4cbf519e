"""The rules of a robots.txt that bind one visitor (RFC 9309). Pure."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE

MOST_BYTES = 500 * 1024
"""So much of a robots.txt is read, as RFC 9309 §2.5 wants it at the least."""

_AGENT = re.compile(r"\s*user[-\s]?agent\s*[:\s]\s*([^#]*)", re.IGNORECASE)
_OTHERS = "\0"
"""In the place of other visitors' names: no visitor's has it."""


def binding_rules(body: bytes, user_agent: str) -> str:
    """Return a robots.txt with the group that binds `user_agent` named `*`, and those of all others by one name that binds nobody.

    Protego gives each rule of a group to each name of it: by names of their own, 500 KB made 3·10⁸ rules. Which
    group binds is Protego's choice: the one with the longest name that begins a word of `user_agent`, else `*`.
    A page in the place of a robots.txt has no rules.
    """
    is_utf16 = body.startswith((BOM_UTF16_LE, BOM_UTF16_BE))  # as Notepad's "Unicode" has it
    text = body[:MOST_BYTES].decode("utf-16" if is_utf16 else "utf-8", "replace").lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return ""
    lines = [(line, _AGENT.match(line)) for line in text.splitlines()]
    names = dict.fromkeys(_name(agent) for _, agent in lines if agent)
    own = user_agent.lower()
    starts = [
        place for place in range(len(own)) if not place or not (own[place - 1].isalnum() or own[place - 1] in "-_")
    ]
    parts = {own[start:end] for start in starts for end in range(start + 1, len(own) + 1)}
    binding = max((name for name in names if name in parts), key=len, default="*")
    return "\n".join(
        f"User-agent: {'*' if _name(agent) == binding else _OTHERS}" if agent else line for line, agent in lines
    )


def _name(agent: re.Match[str]) -> str:
    """The name that a line names, as Protego reads it."""
    name = agent[1].strip().lower()
    return name if name == "*" else name.replace("*", "")
