"""Directory of the country's portals: homes by division, what surveys found of them, and what is covered."""
