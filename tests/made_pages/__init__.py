"""Pages made up by permuting what portals' templates do, each with what a person would read there.

No page of a real portal and no text of a government: all titles, names and texts say that they are samples.
"""
