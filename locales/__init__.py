"""The translations, and everything that differs between languages: sentences, money, numbers, dates."""
