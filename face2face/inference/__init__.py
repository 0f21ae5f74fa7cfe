"""Engines that run a frozen graph, and the models that come with face2face."""
