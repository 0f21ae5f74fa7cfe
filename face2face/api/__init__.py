"""The functions of ``import face2face`` that work on photos and make models."""
