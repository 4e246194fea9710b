-- What besides deliveries may make two runs differ: the rule book, the method, transfers that were carried out meanwhile,
-- late rules, and true-ups.
SELECT
    o.rulebook_id <> n.rulebook_id AS rulebook,
    (
        SELECT count(*)
        FROM (
            SELECT l.*
            FROM eval.run_leg AS l
            WHERE l.run_id = o.run_id
        ) AS a
        FULL JOIN (
            SELECT l.*
            FROM eval.run_leg AS l
            WHERE l.run_id = n.run_id
        ) AS b ON a.leg_code = b.leg_code
        WHERE (a.executed_on, a.excused, a.timed, a.moved) IS DISTINCT FROM (b.executed_on, b.excused, b.timed, b.moved)
    ) AS legs,
    (
        SELECT count(*) FROM (
            SELECT
                s.feed,
                s.rule
            FROM eval.run_substitute AS s
            WHERE s.run_id = o.run_id
            EXCEPT
            SELECT
                s.feed,
                s.rule
            FROM eval.run_substitute AS s
            WHERE s.run_id = n.run_id
        ) AS x
    ) AS late,
    (
        SELECT string_agg(DISTINCT t.order_no, '、')
        FROM eval.true_up AS t
        WHERE
            t.run_id IN (o.run_id, n.run_id) AND NOT EXISTS (
                SELECT 1 FROM eval.true_up AS u
                WHERE u.run_id IN (o.run_id, n.run_id) AND u.run_id <> t.run_id AND u.order_no = t.order_no
            )
    ) AS true_ups
FROM eval.run AS o
INNER JOIN eval.run AS n ON n.run_id = %(run_id)s
WHERE o.run_id = %(against_run_id)s
