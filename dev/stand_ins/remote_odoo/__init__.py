"""Remote Odoos to mirror: a real second server on a separate database, and a stand-in for older versions."""
