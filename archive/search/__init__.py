"""Chinese search: segments, index, query language, other words, engine, snippets."""
