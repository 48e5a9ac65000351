"""The days that a model's back-test needs and uses. Schemas use them, so nothing is imported here."""

BACKTEST_DAYS = 28
"""Last days before a model's cut-off, which are forecast as a test."""
DAYS_BEFORE_BACKTEST = 84
"""Days of data that a back-test needs before its first day."""
MODEL_BACKTEST_MIN_DAYS = DAYS_BEFORE_BACKTEST + BACKTEST_DAYS
"""Days of data that the back-test of a model needs."""
