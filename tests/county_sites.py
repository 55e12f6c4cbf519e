"""Small mock county portals to be surveyed: sound ones, and one for each way in which a home page leads to no catalogue."""

from tests.conftest import Answer, redirect

KINDS = ("政策解读", "规划计划", "部门预算", "建议提案办理")
SAMPLE = "样本正文，仅供测试，不是任何政府的文件。" * 4


def page(main: str, title: str = "样本县人民政府") -> str:
    """A page of a portal, with what stands around all of them."""
    return f"<html><head><title>{title}</title></head><body><div>当前位置：<a href='/'>首页</a></div>{main}<p>主办：样本县人民政府（样本）</p></body></html>"


def sound(records: int = 3) -> dict[str, Answer | str]:
    """A portal whose home leads to the catalogue, its columns, lists and records."""
    menu = "".join(f'<li><a href="/gk/c{n}/">{name}</a></li>' for n, name in enumerate(KINDS))
    site: dict[str, Answer | str] = {
        "/": page(f'<p>样本县欢迎你，{SAMPLE}</p><a href="/gk/">政府信息公开目录</a>'),
        "/gk/": page(f"<ul>{menu}</ul>"),
    }
    for n, name in enumerate(KINDS):
        titles = [f"样本{name}之{record}" for record in range(1, records + 1)]
        rows = "".join(
            f'<tr><td>6400-2024-{n}{record:03}</td><td><a href="/gk/c{n}/{record}.html">{title}</a></td><td>2024-03-0{record % 9 + 1}</td></tr>'
            for record, title in enumerate(titles, 1)
        )
        site[f"/gk/c{n}/"] = page(f"<table><tr><th>索引号</th><th>标题</th><th>发布日期</th></tr>{rows}</table>")
        site |= {
            f"/gk/c{n}/{record}.html": page(
                f"<h1>{title}</h1><ul><li>索引号：6400-2024-{n}{record:03}</li><li>发布日期：2024-03-0{record % 9 + 1}</li></ul>"
                f"<div id='zoom'><p>{SAMPLE}</p></div>"
            )
            for record, title in enumerate(titles, 1)
        }
    return site


def misread() -> dict[str, Answer | str]:
    """A portal whose records can't be had."""
    return {path: answer for path, answer in sound().items() if not path.endswith(".html")}


_ELSEWHERE = redirect("http://portal.sample.invalid/")

FAULTY: dict[str, dict[str, Answer | str]] = {
    "blocked": {"/": Answer("<html><body>拒绝访问</body></html>", status=403)},
    "dead": {"/": Answer("<html><body>Bad Gateway</body></html>", status=502)},
    "script_made": {"/": "<html><head><title>样本县</title></head><body><div id='app'></div><script src='/app.js'></script></body></html>"},
    "moved": {"/": _ELSEWHERE, "/robots.txt": _ELSEWHERE},
    "login": {"/": "<html><body><form>用户名 <input name=u> 密码 <input type='password' name=p></form></body></html>"},
    "not_a_portal": {"/": f"<html><head><title>样本饭店</title></head><body><p>{SAMPLE * 4}</p><a href='/menu'>菜单</a></body></html>"},
    "no_catalogue": {"/": page(f"<p>{SAMPLE * 4}</p><a href='/news/'>样本新闻</a>")},
    "misread": misread(),
}  # fmt: skip
"""State of the directory → a site that is to be found so."""
