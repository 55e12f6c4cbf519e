"""Values and rules of the field, pure: records, observations, noise, redaction, agencies, numbers, divisions, clock."""
