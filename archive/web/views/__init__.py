"""Parts of pages: lines, diffs, charts, values."""
