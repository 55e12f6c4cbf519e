"""The Datasette plugin and its rooms."""
