"""The pictures of the documentation: the data shown in them, and the camera that takes them."""
