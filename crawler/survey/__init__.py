"""Surveys of portals nobody has looked at: from lists of home pages to portal files, with what was found and why not."""
