"""Whether everybody can use a page, as far as axe-core can tell: `assert findings(page) == []`."""

from axe_playwright_python.sync_playwright import Axe

GRAVE = {"serious", "critical"}


def findings(page) -> list[str]:
    """The serious and critical findings on the page that `page` shows: rule, and the element it is about."""
    return [
        f"{found['id']}: {element['html'][:120]} {element['failureSummary']}"
        for found in Axe().run(page).response["violations"]
        if found["impact"] in GRAVE
        for element in found["nodes"]
    ]
