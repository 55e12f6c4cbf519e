"""How each family of portal software lists and pages."""
