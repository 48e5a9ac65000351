"""The days that imports and requests accept; others are typing errors or placeholders like 9999-12-31."""

from datetime import date

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
