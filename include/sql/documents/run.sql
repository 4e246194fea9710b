-- One run with its rule book, its quota, its state and what it stands on. An index (W10) places no money.
SELECT
    r.run_id,
    r.region,
    r.period,
    r.as_of,
    r.computed_at,
    r.input_hash,
    r.status,
    r.rulebook_id,
    b.code AS rulebook_code,
    b.name AS rulebook_name,
    b.document AS rulebook_document,
    b.content_hash AS rulebook_hash,
    b.full_scale,
    b.quota_mode,
    b.rounding_unit,
    b.min_leg,
    b.concentration_cap,
    b.scheme <> 'index' AS places,
    coalesce(q.total, 0) AS total,
    coalesce(q.set_aside, 0) AS set_aside,
    coalesce(q.distributable, 0) AS distributable,
    coalesce(q.derivation, '') AS derivation,
    a.actor AS approver,
    a.happened_at AS approved_at,
    n.run_no,
    c.passed,
    c.checked
FROM eval.run_state AS r
INNER JOIN eval.rulebook AS b ON r.rulebook_id = b.rulebook_id
LEFT JOIN eval.quota AS q ON r.run_id = q.run_id
LEFT JOIN LATERAL (
    SELECT
        e.actor,
        e.happened_at
    FROM eval.run_event AS e
    WHERE e.run_id = r.run_id AND e.status = 'approved'
    ORDER BY e.event_id DESC
    LIMIT 1
) AS a ON TRUE
CROSS JOIN
    LATERAL (
        SELECT count(*) AS run_no
        FROM eval.run AS o
        WHERE o.region = r.region AND o.period = r.period AND o.run_id <= r.run_id AND o.purpose = 'official'
    ) AS n
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
            ORDER BY k.submission_id ASC, k.check_id ASC, k.check_result_id DESC
        ) AS l
    ) AS c
WHERE r.run_id = %(run_id)s AND (q.run_id IS NOT NULL OR b.scheme = 'index')
