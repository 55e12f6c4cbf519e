"""Pages that show evidence: archived copies, comparisons of them, the sheets that prove events, pictures."""
