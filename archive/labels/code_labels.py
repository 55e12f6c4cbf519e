"""Labels of the codes in the archive's columns, of kinds, states, events and so on."""

from collections.abc import Mapping

from archive.labels.label import Label, labels_under

KINDS = labels_under("kind")
STATES = labels_under("state")
EVENTS = labels_under("event")
FLAGS = labels_under("flag")
MODES = labels_under("mode")
HEALTH = labels_under("health")
OUTCOMES = labels_under("outcome")
PROBLEMS = labels_under("problem")
CAPTURES = labels_under("capture")
CAUSES = labels_under("cause")
ATTACHMENTS = labels_under("file")
REDACTIONS = labels_under("redaction")

CODES: dict[tuple[str, str], Mapping[str, Label]] = {
    ("records", "kind"): KINDS,
    ("records", "state"): STATES,
    ("search", "kind"): KINDS,
    ("search", "state"): STATES,
    ("catalogs", "kind"): KINDS,
    ("events", "kind"): EVENTS,
    ("crawls", "mode"): MODES,
    ("crawls", "outcome"): OUTCOMES,
    ("crawls", "health"): HEALTH,
    ("problems", "kind"): PROBLEMS,
    ("captures", "outcome"): CAPTURES,
    ("versions", "cause"): CAUSES,
    ("attachments", "state"): ATTACHMENTS,
    ("redactions", "kind"): REDACTIONS,
    ("attachment_tables", "state"): ATTACHMENTS,
    ("directory", "state"): labels_under("directory_state"),
    ("counties", "state"): labels_under("county_state"),
    ("budget_tables", "kind"): labels_under("budget_kind"),
    ("budget_tables", "stage"): labels_under("budget_stage"),
    ("budget_lines", "role"): labels_under("budget_role"),
    ("budget_checks", "rule"): labels_under("budget_rule"),
    ("budget_comparisons", "rule"): labels_under("budget_comparison"),
    ("budget_comparisons", "stage"): labels_under("budget_stage"),
    ("claim_checks", "rule"): labels_under("claim_rule"),
    ("unit_tables", "kind"): labels_under("budget_kind"),
    ("unit_tables", "stage"): labels_under("budget_stage"),
    ("budget_figures", "kind"): labels_under("budget_kind"),
    ("budget_figures", "stage"): labels_under("budget_stage"),
    ("budget_figures", "role"): labels_under("budget_role"),
    ("budget_changes", "kind"): labels_under("budget_kind"),
    ("budget_changes", "stage"): labels_under("budget_stage"),
    ("three_public", "stage"): labels_under("budget_stage"),
}
"""(table, column) → code → label, for the columns that hold codes."""


def code_label(table: str, column: str, value: object) -> str:
    """Return a value as a reader should see it: the name of a code in the reader's language, anything else as it is."""
    return str(CODES.get((table, column), {}).get(str(value), value))


def codes_of(table: str | None) -> dict[str, Mapping[str, Label]]:
    """Return column → code → label, for the rows of a table as people are given them."""
    columns = {column: labels for (of, column), labels in CODES.items() if of == table}
    if table == "records":
        columns |= {"flags": FLAGS, "event": EVENTS}
    return columns
