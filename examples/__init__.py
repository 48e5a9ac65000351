"""A script for each way of use, and a folder of data to try them on; the tests run them.

``import_your_files`` brings a folder in, ``ask_the_graph`` asks saved questions from Python, ``ask_the_api``
does so over HTTP, and ``careless_shop`` writes a folder that is as careless as real ones.
"""
