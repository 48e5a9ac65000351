"""Forecasts of the users of each kind of behaviour: who view, order, review, ..."""
