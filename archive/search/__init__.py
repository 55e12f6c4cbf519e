"""Chinese search: segments, index, query language, engine, snippets."""
