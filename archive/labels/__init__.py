"""Names of everything in the archive, in Chinese and English, as data."""
