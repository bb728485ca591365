"""Remote Odoos to mirror: a real second server on a database of its own, and a stand-in for the older versions."""
