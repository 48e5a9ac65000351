"""Campaigns: ``windows`` and ``coupons`` of orders, ``links`` to an own table, ``lists`` in its cells.

``single_use`` are codes that are no campaigns each.
"""
