-- How the transfers of a run were found and what was proved of them.
SELECT
    p.legs,
    p.greedy_legs,
    p.lower_bound,
    p.proved,
    p.stopped_by
FROM eval.transfer_plan AS p
WHERE p.run_id = %(run_id)s
