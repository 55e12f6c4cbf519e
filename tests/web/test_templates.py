"""Templates and style sheets by their texts: what a template imports is there and used, what a style rule names somebody has."""

import re
from pathlib import Path

import pytest

from archive.directory.coverage import GROUPS
from archive.labels.code_labels import CODES
from archive.proof.sheet import STYLE
from archive.web.plugin import TEMPLATES
from archive.web.routes import STATIC

TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.glob("*.html"))}
SHEETS = (STYLE, *sorted(STATIC.glob("*.css")))

IMPORT = re.compile(r'{%-? *from "([\w.]+)" import ([\w, ]+?)(?: with context)? *-?%}')
NAMED = re.compile(r'"(_[\w.]+\.html)"')

CLASSES = re.compile(r"""\bclass(?:_name)?=["'](.*?)["']?>|body_class %}(.*?){% endblock""")
COMPUTED = re.compile(r"([a-z]+-)(?={{|{%)")
RULE = re.compile(r"([^{}]+){")
MADE_IN_CODE = {"marked"}
"""Classes that `archive.web.budgets.table_page.ShownCell` names."""

OF_ELEMENT = re.compile(r"\.([a-z][a-z_-]*)", re.IGNORECASE)


@pytest.mark.parametrize("name", TEXTS)
def test_a_template_imports_what_is_there_and_is_used(name: str) -> None:
    text = TEXTS[name]
    for other, imported in IMPORT.findall(text):
        for macro in imported.split(", "):
            assert f"macro {macro}(" in TEXTS[other], macro
            assert len(re.findall(rf"\b{macro}\b", text)) > 1, f"{macro} is not used"


def test_every_part_of_a_template_is_used() -> None:
    used = {other for text in TEXTS.values() for other in NAMED.findall(text)}
    assert {name for name in TEXTS if name.startswith("_")} - used == {"_table.html"}, "Datasette includes that one"


def classes() -> set[str]:
    """The classes that templates and code give to elements, those of codes among them."""
    code = [path.read_text(encoding="utf-8") for path in TEMPLATES.parents[1].rglob("*.py")]
    sheet = [path.read_text(encoding="utf-8") for path in STYLE.parent.glob("*.html")]
    texts = [*TEXTS.values(), *code, *sheet]
    given = {
        word for text in texts for found in CLASSES.findall(text) for word in re.findall(r"[\w-]+", " ".join(found))
    }
    return given | MADE_IN_CODE | set(GROUPS) | {code for codes in CODES.values() for code in codes}


def of_rules(sheet: Path) -> set[str]:
    """The classes that the rules of a style sheet name."""
    selectors = RULE.findall(re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL))
    return {name for selector in selectors for name in OF_ELEMENT.findall(selector)}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_rule_names_classes_that_elements_have(sheet: Path) -> None:
    computed = tuple(prefix for text in TEXTS.values() for prefix in COMPUTED.findall(text))
    assert {name for name in of_rules(sheet) - classes() if not name.startswith(computed)} == set()
