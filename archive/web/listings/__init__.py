"""Lists of records and events, which pages and their files share."""
