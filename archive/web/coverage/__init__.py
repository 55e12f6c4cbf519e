"""Pages of what of the country is archived: all provinces, the counties of one, and both as files."""
