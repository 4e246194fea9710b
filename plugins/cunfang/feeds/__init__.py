"""Feeds (报送): contracts as data, the strict reader of provider files, typing of what was read. Writes nothing."""
