-- Transfers already ordered that a run must know of: those due in its quarter (timed), those made after the date of its
-- balances (moved), and those that the feed of events names as well. A transfer taken back by its due day was never due;
-- one that was only dropped afterwards was due, and was not made.
SELECT
    s.leg_code,
    s.order_no,
    s.from_institution,
    coalesce(s.to_institution, '') AS to_institution,
    s.from_account,
    s.to_account,
    s.amount,
    d.issued_on,
    s.due_on,
    d.executed_on,
    s.excused,
    d.timed,
    d.moved,
    s.submission_id,
    s.record_no
FROM ops.leg_state AS s
CROSS JOIN
    LATERAL (
        SELECT
            CAST(s.issued_at AT TIME ZONE 'Asia/Shanghai' AS date) AS issued_on,
            CAST(s.executed_at AS date) AS executed_on,
            s.due_on BETWEEN %(start)s AND %(as_of)s
            AND NOT (
                s.status = 'cancelled' AND CAST(s.status_at AT TIME ZONE 'Asia/Shanghai' AS date) <= s.due_on
            ) AS timed,
            coalesce(CAST(s.executed_at AS date) > %(balances)s, FALSE) AS moved
    ) AS d
WHERE
    s.region = %(region)s AND d.issued_on <= ops.today()
    AND (
        d.timed OR d.moved OR s.leg_code IN (
            SELECT e.leg FROM core.timeliness_event AS e
            WHERE e.submission_id = ANY(%(events)s)
        )
    )
ORDER BY s.leg_code
