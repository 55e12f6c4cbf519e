"""The catalogue spider and its parts, and reading sealed pages again."""
