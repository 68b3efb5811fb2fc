"""The picture, put together from what was seen."""
