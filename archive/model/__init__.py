"""Values and rules of the field, pure: records, observations, noise, agencies, numbers, divisions, clock."""
