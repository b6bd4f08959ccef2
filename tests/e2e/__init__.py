"""The web app in a real browser, against a real server with a stand-in hub behind it."""
