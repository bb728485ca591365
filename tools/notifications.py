def notification(kind, message, title=None, sticky=False, reload=True):
    """Return the client action that shows a message in the corner of the screen.

    :param str kind: ``success``, ``info``, ``warning`` or ``danger``
    :param bool sticky: it stays until it is closed
    :param bool reload: the view behind it is brought up to date
    """
    params = {"type": kind, "message": message, "title": title, "sticky": sticky}
    if reload:
        params["next"] = {"type": "ir.actions.client", "tag": "soft_reload"}
    return {"type": "ir.actions.client", "tag": "display_notification", "params": params}
