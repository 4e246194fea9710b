-- What happened to the region's orders and transfers, one row for each move and each signature: who, when, why (S13, S26).
WITH happened AS (
    SELECT
        'P' || e.event_id AS event_no,
        'paper' AS source_code,
        '指令' AS source_name,
        e.order_id,
        '' AS leg_code,
        '' AS step_title,
        lag(e.status, 1, '') OVER (PARTITION BY e.order_id ORDER BY e.event_id) AS before_status,
        e.status AS after_status,
        e.actor,
        e.reason,
        e.happened_at,
        NULL AS submission_id
    FROM ops.order_event AS e
    UNION ALL
    SELECT
        'L' || e.event_id,
        'leg',
        '划转',
        e.order_id,
        l.leg_code,
        '',
        lag(e.status, 1, 'planned') OVER (PARTITION BY e.order_id, e.leg_no ORDER BY e.event_id),
        e.status,
        e.actor,
        concat_ws('；', nullif(e.reason, ''), '回单 ' || nullif(e.reference, '')),
        e.happened_at,
        e.submission_id
    FROM ops.leg_event AS e
    INNER JOIN ops.transfer_leg AS l ON e.order_id = l.order_id AND e.leg_no = l.leg_no
    UNION ALL
    SELECT
        'S' || a.approval_id,
        'signature',
        CASE a.verdict WHEN 'approved' THEN '签批同意' ELSE '签批不同意' END,
        a.order_id,
        '',
        s.title,
        '',
        CASE a.verdict WHEN 'approved' THEN s.status ELSE 'returned' END,
        a.approver,
        a.comment,
        a.decided_at,
        NULL
    FROM ops.approval AS a
    INNER JOIN ops.sign_step AS s ON a.order_id = s.order_id AND a.step_no = s.step_no
)

INSERT INTO mart.fact_order_event (
    event_no, paper_no, leg_code, run_key, rule_version_key, submission_key, region_key, period_key, date_key,
    source_code, source_name, step_title, before_status_code, before_status_name, after_status_code,
    after_status_name, actor_name, reason_text, happened_on, happened_at
)
SELECT
    h.event_no,
    o.order_no,
    h.leg_code,
    coalesce(r.run_key, CASE WHEN o.run_id IS NULL THEN -2 ELSE -1 END),
    coalesce(v.rule_version_key, -2),
    coalesce(s.submission_key, -2),
    coalesce(g.region_key, -1),
    coalesce(p.period_key, -1),
    coalesce(d.date_key, -1),
    h.source_code,
    h.source_name,
    h.step_title,
    h.before_status,
    coalesce(b.status_name, ''),
    h.after_status,
    a.status_name,
    h.actor,
    h.reason,
    m.day,
    to_char(h.happened_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')
FROM ops.order_progress AS o
INNER JOIN happened AS h ON o.order_id = h.order_id
CROSS JOIN LATERAL (SELECT CAST(h.happened_at AT TIME ZONE 'Asia/Shanghai' AS date) AS day) AS m
INNER JOIN mart.dim_order_status AS a ON h.after_status = a.status_code
LEFT JOIN mart.dim_order_status AS b ON h.before_status = b.status_code
LEFT JOIN mart.dim_run AS r ON o.run_id = r.run_id
LEFT JOIN mart.dim_rule_version AS v ON o.rulebook_id = v.rulebook_id
LEFT JOIN mart.dim_submission AS s ON h.submission_id = s.submission_id
LEFT JOIN mart.dim_region AS g ON o.region = g.region_code
LEFT JOIN mart.dim_period AS p ON o.period = p.period_code
LEFT JOIN mart.dim_date AS d ON m.day = d.calendar_date
WHERE o.region = %(region)s
ON CONFLICT (
    event_no) DO UPDATE SET run_key = excluded.run_key
WHERE mart.fact_order_event.run_key <> excluded.run_key
