-- A bank has taken note of a transfer, or has returned it before or after it was made; one that is confirmed stays. Of
-- several reports the one that came first counts.
WITH first AS (
    SELECT DISTINCT ON (r.order_id, r.leg_no) r.*
    FROM ops.leg_receipt AS r
    INNER JOIN ops.leg_state AS s ON r.order_id = s.order_id AND r.leg_no = s.leg_no
    WHERE
        r.region = %(region)s AND s.status = ANY(CAST(%(before)s AS text[]))
        AND r.outcome = %(outcome)s AND r.fits
        AND CAST(r.executed_at AS date) BETWEEN CAST(s.issued_at AT TIME ZONE 'Asia/Shanghai' AS date) AND ops.today()
        AND CAST(r.executed_at AS date) >= coalesce(CAST(s.executed_at AS date), '-infinity')
        AND NOT EXISTS (
            SELECT FROM ops.leg_event AS e
            WHERE
                e.order_id = r.order_id AND e.leg_no = r.leg_no
                AND e.submission_id = r.submission_id AND e.record_no = r.record_no
        )
    ORDER BY r.order_id, r.leg_no, r.accepted_no
),

moved AS (
    INSERT INTO ops.leg_event (order_id, leg_no, status, actor, reason, reference, submission_id, record_no)
    SELECT
        f.order_id,
        f.leg_no,
        %(outcome)s,
        %(actor)s,
        concat_ws(
            '，', concat(f.institution, ' 回执：', CAST(f.executed_at AS date), ' ', %(said)s), nullif(f.reason, '')
        ),
        f.reference,
        f.submission_id,
        f.record_no
    FROM first AS f
    ORDER BY f.order_id, f.leg_no
    RETURNING order_id, leg_no
)

SELECT l.leg_code
FROM moved AS m
INNER JOIN ops.transfer_leg AS l ON m.order_id = l.order_id AND m.leg_no = l.leg_no
ORDER BY l.leg_code
