"""Campaigns that have not begun: create them, forecast them, estimate the effect of a discount."""
