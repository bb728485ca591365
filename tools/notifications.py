def notification(kind, message, title=None, sticky=False, reload=True):
    """Return the client action that shows a notification.

    :param str kind: ``success``, ``info``, ``warning`` or ``danger``
    :param bool sticky: whether it stays until the user closes it
    :param bool reload: whether to reload the current view
    """
    params = {"type": kind, "message": message, "title": title, "sticky": sticky}
    if reload:
        params["next"] = {"type": "ir.actions.client", "tag": "soft_reload"}
    return {"type": "ir.actions.client", "tag": "display_notification", "params": params}
