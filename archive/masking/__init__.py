"""Masking of personal data in texts, pure: numbers by themselves, by their labels, in columns of tables."""
