"""What a record's own page says: its title, dates and publisher, its text and its files."""
