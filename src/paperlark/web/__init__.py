"""The web app of `paperlark read`: read, vote, save and search in a browser, on this machine."""
