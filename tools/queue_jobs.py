"""Jobs of OCA's ``queue_job``, where it is installed. The addon does not depend on it."""

from .transaction import commit

CHANNEL = "external_order_sync"
FULL_CHANNEL = f"root.{CHANNEL}"


def has_queue(env):
    """Return whether ``queue_job`` is installed in this database."""
    return "queue.job" in env


def find_jobs(env, identity_key, states):
    """Return the jobs with this key in one of these states."""
    domain = [("identity_key", "=", identity_key), ("state", "in", states)]
    # sudo: jobs belong to the system
    return env["queue.job"].sudo().search(domain)


def ensure_job_function(env, model, method):
    """Allow the jobs of a method to commit, as ``queue_job`` wants it declared, and create their channel."""
    functions = env["queue.job.function"].sudo()  # they belong to the system, like the jobs
    name = functions.job_function_name(model, method)
    if functions.search_count([("name", "=", name)], limit=1):
        return
    channels = env["queue.job.channel"].sudo()
    channel = channels.search([("complete_name", "=", FULL_CHANNEL)]) or channels.create(
        {"name": CHANNEL, "parent_id": env.ref("queue_job.channel_root").id}
    )
    values = {"model_id": env["ir.model"]._get_id(model), "method": method, "channel_id": channel.id}
    if "allow_commit" in functions._fields:
        values["allow_commit"] = True
    functions.create(values)
    commit(env)
