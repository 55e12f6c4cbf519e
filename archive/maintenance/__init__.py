"""Care of an archive: backup, check, masking again, merge, transfer."""
