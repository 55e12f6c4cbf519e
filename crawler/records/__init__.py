"""Reading of a record's own page: its title, dates and publisher, its text and its files."""
