"""Files of watches: a slip in one is told in a line that names the file and the key."""

from pathlib import Path

import pytest

from crawler.notify.watches import WatchFileError, load
from tests.test_watch import HOOK


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"has no \[\[watch\]\]"),
        ("[[watch", "is not valid TOML"),
        ("watch = 3", r"has no \[\[watch\]\]"),
        ('sites = "x"', "unknown key 'sites'; allowed are site, watch"),
        ('site = "archive"\n' + HOOK, "must begin with https"),
        (HOOK.replace("query", "words"), "watch 1: unknown key 'words'; allowed are name, query"),
        (HOOK.replace('name = "样本"', ""), "watch 1: has no name"),
        (HOOK + HOOK, "several watches are named '样本'"),
        (HOOK.replace("样本文件 -测试", "-测试"), "has no words to look for"),
        (HOOK.replace('"样本文件 -测试"', "3"), "query = 3 must be a text in quotes"),
        (HOOK + 'kind = "budgets"', "kind = 'budgets' is not one of hot_topic_response"),
        (HOOK + 'state = "gone"', "state = 'gone' is not one of listed"),
        (HOOK + 'events = ["gone"]', "events = 'gone' is not one of added"),
        (HOOK + "portal = [3]", r"portal = \[3\] must be a text in quotes, or a list"),
        (HOOK + 'from = "2018"', "from = '2018' must be a year"),
        (HOOK + "from = true", "from = True must be a year"),
        (HOOK + 'language = "de"', "language = 'de' is not one of zh, en"),
        (HOOK.replace("$DESK_HOOK", "nochat://x"), "webhook: nochat://… is no address of a chat room"),
        (HOOK + "files = false", "files must be true"),
        (HOOK + "files = []", "files must be true"),
        (HOOK + 'mail = "desk"', "mail = 'desk' is no address"),
        (HOOK.replace("webhook", "# "), "says neither mail nor webhook"),
        (HOOK.replace("$DESK_HOOK", "desk@example.org"), "webhook: a webhook's address begins with"),
        (HOOK.replace("$DESK_HOOK", "$NO_SUCH_THING"), "the variable NO_SUCH_THING holds no address"),
        (HOOK.replace("$DESK_HOOK", "https://["), "webhook: "),
    ],
)
def test_a_slip_in_the_file_is_one_line_that_names_file_and_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.setenv("DESK_HOOK", "https://hooks.example.org/x")
    path = tmp_path / "watches.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WatchFileError, match=said) as error:
        load(path)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)
