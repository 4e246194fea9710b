-- Where the audit chain does not hold: a row whose hash is not that of its content and its predecessor, a gap, and a
-- row of an order's life that the chain has otherwise or not at all. In the order of the chain. A row is held against
-- the columns that its link recorded: what a later migration adds to a table is not in the older links.
WITH linked AS (
    SELECT
        a.*,
        lag(a.hash, 1, '') OVER (ORDER BY a.audit_id) AS before,
        encode(sha256(convert_to(concat_ws(
            '|', a.previous_hash, a.audit_id, extract(EPOCH FROM a.happened_at), a.actor, a.action, a.object, a.detail
        ), 'UTF8')), 'hex') AS computed
    FROM ops.audit AS a
),

-- What a row of each table is known by.
known (name, keys) AS (
    VALUES
    ('transfer_order', ARRAY['order_id']),
    ('transfer_leg', ARRAY['order_id', 'leg_no']),
    ('sign_step', ARRAY['order_id', 'step_no']),
    ('recall_cause', ARRAY['order_id', 'cause']),
    ('order_event', ARRAY['event_id']),
    ('leg_event', ARRAY['event_id']),
    ('approval', ARRAY['approval_id']),
    ('waiver', ARRAY['waiver_id']),
    ('run_correction', ARRAY['correction_id']),
    ('run_correction_effect', ARRAY['correction_id', 'institution']),
    ('true_up_outcome', ARRAY['run_id', 'order_no', 'institution']),
    ('true_up_carried', ARRAY['run_id', 'from_run_id', 'order_no', 'institution'])
),

standing (name, said) AS (
    SELECT
        'transfer_order',
        to_jsonb(o)
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
        'recall_cause',
        to_jsonb(c)
    FROM ops.recall_cause AS c
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
        'waiver',
        to_jsonb(w)
    FROM ops.waiver AS w
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
        to_jsonb(c)
    FROM eval.true_up_carried AS c
    INNER JOIN eval.run AS r ON c.run_id = r.run_id AND r.purpose = 'official'
),

life AS (
    SELECT
        s.*,
        (SELECT jsonb_agg(s.said -> x.key ORDER BY x.place) FROM unnest(k.keys) WITH ORDINALITY AS x (key, place)) AS id
    FROM standing AS s
    INNER JOIN known AS k ON s.name = k.name
),

written AS (
    SELECT
        a.audit_id,
        a.object,
        k.name,
        a.detail,
        (SELECT jsonb_agg(a.detail -> x.key ORDER BY x.place) FROM unnest(k.keys) WITH ORDINALITY AS x (key, place)) AS id
    FROM ops.audit AS a
    INNER JOIN known AS k ON split_part(a.action, '.', 1) = k.name
),

held AS (
    SELECT
        w.audit_id,
        w.object,
        w.name,
        w.id,
        f.said IS NOT NULL AS found,
        (
            SELECT string_agg(d.key, '、' ORDER BY d.key) FROM jsonb_each(w.detail) AS d (key, value)
            WHERE f.said -> d.key IS DISTINCT FROM d.value
        ) AS changed
    FROM written AS w
    LEFT JOIN life AS f ON w.name = f.name AND w.id = f.id
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
    h.audit_id,
    h.object,
    CASE
        WHEN NOT h.found THEN format('%s 中没有这条记录：已被删除', h.name)
        ELSE format('%s 中这条记录的内容已被改动：%s', h.name, h.changed)
    END
FROM held AS h
WHERE NOT h.found OR h.changed IS NOT NULL
UNION ALL
SELECT
    NULL,
    concat_ws(
        ' ', 'order ' || (f.said ->> 'order_id'), 'leg ' || (f.said ->> 'leg_no'),
        'correction ' || (f.said ->> 'correction_id') || coalesce(' ' || (f.said ->> 'institution'), ''),
        CASE WHEN starts_with(f.name, 'true_up') THEN 'run ' || (f.said ->> 'run_id') END,
        CASE WHEN f.name = 'waiver' THEN concat_ws(' ', f.said ->> 'region', f.said ->> 'period') END
    ),
    format('%s 中的这条记录不在审计链里：%s', f.name, f.said)
FROM life AS f
WHERE
    NOT EXISTS (
        SELECT FROM written AS w
        WHERE w.name = f.name AND w.id = f.id
    )
ORDER BY audit_id
