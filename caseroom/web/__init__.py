"""The front door: Flask lives here, and in app.py."""
