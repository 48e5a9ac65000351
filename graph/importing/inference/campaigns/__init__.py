"""Campaigns: ``windows`` and ``coupons`` of orders, ``links`` to an own table.

``pairs`` are promotions and targetings in cells, ``scope`` is what limits a campaign, and ``single_use`` are
codes that are no campaigns each.
"""
