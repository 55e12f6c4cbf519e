"""The Datasette plugin. Imports go one way: plugin, then pages, formats, listings, views, http."""
