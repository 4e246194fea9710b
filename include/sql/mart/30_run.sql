-- The run as it was signed. Signed and published anew, it takes the place of a run published in between.
INSERT INTO mart.dim_run (
    run_id, region_code, period_code, run_no, run_name, rule_version_key, rule_version, as_of_date, computed_at,
    published_on, published_at, publication_no, approver_name, total_amount, set_aside_amount, quota_text,
    checks_passed, checks_total, input_hash
)
SELECT
    r.run_id,
    r.region,
    r.period,
    n.run_no,
    '第' || n.run_no || '次运行',
    v.rule_version_key,
    v.rule_version,
    r.as_of,
    to_char(r.computed_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'),
    CAST(e.happened_at AT TIME ZONE 'Asia/Shanghai' AS date),
    to_char(e.happened_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'),
    e.event_id,
    coalesce(a.actor, ''),
    q.total,
    q.set_aside,
    coalesce(q.derivation, ''),
    c.passed,
    c.checked,
    r.input_hash
FROM eval.run AS r
INNER JOIN mart.dim_rule_version AS v ON r.rulebook_id = v.rulebook_id
LEFT JOIN eval.quota AS q ON r.run_id = q.run_id
CROSS JOIN
    LATERAL (
        SELECT count(*) AS run_no
        FROM eval.run AS o
        WHERE o.region = r.region AND o.period = r.period AND o.run_id <= r.run_id AND o.purpose = 'official'
    ) AS n
CROSS JOIN
    LATERAL (
        SELECT p.*
        FROM eval.run_event AS p
        WHERE p.run_id = r.run_id AND p.status = 'published'
        ORDER BY p.event_id DESC
        LIMIT 1
    ) AS e
LEFT JOIN LATERAL (
    SELECT p.actor
    FROM eval.run_event AS p
    WHERE p.run_id = r.run_id AND p.status = 'approved'
    ORDER BY p.event_id DESC
    LIMIT 1
) AS a ON TRUE
CROSS JOIN
    LATERAL (
        SELECT
            count(*) FILTER (WHERE l.passed) AS passed,
            count(*) AS checked
        FROM (
            SELECT DISTINCT ON (k.submission_id, k.check_id) k.passed
            FROM eval.run_input AS i
            INNER JOIN ops.check_result AS k ON i.submission_id = k.submission_id
            WHERE i.run_id = r.run_id
            ORDER BY k.submission_id, k.check_id, k.check_result_id DESC
        ) AS l
    ) AS c
WHERE r.run_id = %(run_id)s
ON CONFLICT (run_id) DO UPDATE SET
    published_on = excluded.published_on,
    published_at = excluded.published_at,
    publication_no = excluded.publication_no,
    approver_name = excluded.approver_name
WHERE mart.dim_run.publication_no IS DISTINCT FROM excluded.publication_no
