"""Label maps, the parser that makes them, skin and blemishes."""
