"""The disclosures command, a module for each group of subcommands."""
