-- Where the audit chain does not hold: a row whose hash is not that of its content and its predecessor, a gap, and a
-- row of an order's life that the chain has otherwise or not at all. In the order of the chain.
WITH linked AS (
    SELECT
        a.*,
        lag(a.hash, 1, '') OVER (ORDER BY a.audit_id) AS before,
        encode(sha256(convert_to(concat_ws(
            '|', a.previous_hash, a.audit_id, extract(EPOCH FROM a.happened_at), a.actor, a.action, a.object, a.detail
        ), 'UTF8')), 'hex') AS computed
    FROM ops.audit AS a
),

life AS (
    SELECT
        'transfer_order' AS name,
        to_jsonb(o) AS said
    FROM ops.transfer_order AS o
    UNION ALL
    SELECT
        'transfer_leg',
        to_jsonb(l)
    FROM ops.transfer_leg AS l
    UNION ALL
    SELECT
        'sign_step',
        to_jsonb(s)
    FROM ops.sign_step AS s
    UNION ALL
    SELECT
        'order_event',
        to_jsonb(e)
    FROM ops.order_event AS e
    UNION ALL
    SELECT
        'leg_event',
        to_jsonb(e)
    FROM ops.leg_event AS e
    UNION ALL
    SELECT
        'approval',
        to_jsonb(a)
    FROM ops.approval AS a
    WHERE a.order_id IS NOT NULL
    UNION ALL
    SELECT
        'run_correction',
        to_jsonb(c)
    FROM ops.run_correction AS c
    UNION ALL
    SELECT
        'run_correction_effect',
        to_jsonb(c)
    FROM ops.run_correction_effect AS c
    UNION ALL
    SELECT
        'true_up_outcome',
        to_jsonb(o)
    FROM eval.true_up_outcome AS o
    INNER JOIN eval.run AS r ON o.run_id = r.run_id AND r.purpose = 'official'
    UNION ALL
    SELECT
        'true_up_carried',
        to_jsonb(o)
    FROM eval.true_up_carried AS o
    INNER JOIN eval.run AS r ON o.run_id = r.run_id AND r.purpose = 'official'
),

written AS (
    SELECT
        a.audit_id,
        a.object,
        split_part(a.action, '.', 1) AS name,
        a.detail
    FROM ops.audit AS a
    WHERE
        split_part(a.action, '.', 1) IN (
            'transfer_order', 'transfer_leg', 'sign_step', 'order_event', 'leg_event', 'approval',
            'run_correction', 'run_correction_effect', 'true_up_outcome', 'true_up_carried'
        )
)

SELECT
    l.audit_id,
    l.object,
    CASE
        WHEN l.previous_hash <> l.before THEN '与前一条记录接不上：其间有记录被删除或调换'
        ELSE '内容与散列不符：记录被改动'
    END AS what
FROM linked AS l
WHERE l.previous_hash <> l.before OR l.computed <> l.hash
UNION ALL
SELECT
    w.audit_id,
    w.object,
    format('%s 中没有这条记录，或内容已被改动', w.name)
FROM written AS w
LEFT JOIN life AS f ON w.name = f.name AND w.detail = f.said
WHERE f.said IS NULL
UNION ALL
SELECT
    NULL,
    concat_ws(
        ' ', 'order ' || (f.said ->> 'order_id'), 'leg ' || (f.said ->> 'leg_no'),
        'correction ' || (f.said ->> 'correction_id') || coalesce(' ' || (f.said ->> 'institution'), ''),
        CASE WHEN starts_with(f.name, 'true_up') THEN 'run ' || (f.said ->> 'run_id') END
    ),
    format('%s 中的这条记录不在审计链里：%s', f.name, f.said)
FROM life AS f
LEFT JOIN written AS w ON f.name = w.name AND f.said = w.detail
WHERE w.detail IS NULL
ORDER BY audit_id
