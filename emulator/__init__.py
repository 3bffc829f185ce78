"""A local Bot API server with real state, a control side for people and tests, and a chat page.

It imports nothing of the product, and the product knows only its address. See README.md beside this file.
"""
