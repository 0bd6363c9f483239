"""Tokens of a configured OpenID issuer; loaded only where one is configured."""
