"""The person's own page: a small server on loopback, there only while it is looked at. Only ``watchword open`` uses it.

Every page is complete HTML without a script. What it does goes through the same functions as the command line.
"""
