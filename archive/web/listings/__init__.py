"""What pages list: records as selections, events as observed; pages and their files read the same."""
