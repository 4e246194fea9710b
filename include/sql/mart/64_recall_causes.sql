-- Why each recall of the region was proposed, in words: every ban with its decision, every red warning with its day (S21).
UPDATE mart.fact_order AS f SET cause_text = c.said
FROM (
    SELECT
        o.order_no,
        string_agg(
            CASE
                WHEN t.warning_id IS NULL THEN '取消资格：' || regexp_replace(t.cause, '^decision ', '')
                ELSE '红色预警：' || w.as_of || ' ' || coalesce('监管事件 ' || w.event_name, m.name, w.metric)
            END,
            '；' ORDER BY t.warning_id IS NOT NULL, t.cause
        ) AS said
    FROM ops.transfer_order AS o
    INNER JOIN ops.recall_cause AS t ON o.order_id = t.order_id
    LEFT JOIN ops.warning AS w ON t.warning_id = w.warning_id
    LEFT JOIN LATERAL (
        SELECT l.name
        FROM eval.rulebook AS b
        INNER JOIN eval.warning_limit AS l ON b.rulebook_id = l.rulebook_id
        WHERE b.code = w.rulebook_code AND l.metric = w.metric
        ORDER BY b.rulebook_id DESC
        LIMIT 1
    ) AS m ON TRUE
    WHERE o.region = %(region)s
    GROUP BY o.order_no
) AS c
WHERE f.paper_no = c.order_no AND f.cause_text IS DISTINCT FROM c.said
