"""What a receipt looks like from outside: JSON, Markdown and SARIF, all drawn from the same value."""
