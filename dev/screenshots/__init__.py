"""The pictures of the documentation: what is told in them, and the camera that takes them."""
