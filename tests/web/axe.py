"""Whether everybody can use a page, as far as axe-core can tell: `assert findings(page) == []`."""

from axe_playwright_python.sync_playwright import Axe

GRAVE = ["serious", "critical"]

# Without frames: axe is in none of them, and would wait for their answers. Without loading style sheets and sounds once more:
# the one rule that asks for them, about sounds that play by themselves, is not grave.
RUN = """async grave => {
  const found = await axe.run(document, {resultTypes: ["violations"], iframes: false, preload: false});
  return found.violations.filter(each => grave.includes(each.impact)).flatMap(each => each.nodes.map(
    node => `${each.id}: ${node.html.slice(0, 120)} ${node.failureSummary}`));
}"""


def findings(page) -> list[str]:
    """The serious and critical findings on the page that `page` shows: rule, and the element it is about."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    return page.evaluate(RUN, GRAVE)
