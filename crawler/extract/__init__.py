"""Pure functions from a page to its contents, without response, database, clock or network."""
