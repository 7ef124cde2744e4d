"""Drains a day of renewals through the real handlers, with everything going wrong at once.

    python -m infra.bench.drain                     # tables of 10³, 10⁴ and 10⁵ others
    python -m infra.bench.drain --others 1000000    # by hand

What runs is the deployed application: its handlers in processes of their own, the table on the
embedded database, the provider's official library over HTTP against the simulator's process, every
paper typeset. Queues, bucket, bus and mail relay are the tests' fakes behind their ports, shared by
all processes; what they promise (at least once, visibility, batches, one line for numbers) is kept
by `cloud` and `functions`.
"""
