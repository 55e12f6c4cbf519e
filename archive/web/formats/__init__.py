"""Pages as files and feeds: CSV, xlsx, JSON, Atom."""
