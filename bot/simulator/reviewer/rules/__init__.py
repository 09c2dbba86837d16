"""The rules, by family of languages."""
