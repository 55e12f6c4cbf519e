"""Families of portal software, each a module of its own."""
