"""Tables and pages as files print them: cells, what is merged, where they stand; out of printed pages and text."""
