"""How times, numbers and discounts are written, and the time zone: ``settings`` decides it or asks."""
