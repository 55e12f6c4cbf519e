"""Pure functions from a page to what it says: no response, database, clock or network in here."""
