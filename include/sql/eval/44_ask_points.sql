-- What cannot be scored without an answer: a value in no band, a figure to be held against that nobody delivered, and
-- banks that cannot be told apart where the rule book wants that asked (N7).
SELECT
    j.run_id,
    'EVA-V031' AS check_id,
    'validity' AS class,
    CASE
        WHEN w.first_rank IS NULL
            THEN format(
                '%s 的指标“%s”为 %s，不落在任何一档', j.name, c.name,
                CASE
                    WHEN c.ratio_like THEN trim_scale(round(w.position * 100, 6)) || '%'
                    ELSE trim_scale(round(w.position, 6))::text
                END
            )
        ELSE format('%s 的指标“%s”名列第 %s，不落在任何一档', j.name, c.name, w.first_rank)
    END AS message,
    '请在考核办法中补全各档（档与档之间不留空、不重叠），或写明其余得几分（otherwise）' AS advice
FROM judged AS j
INNER JOIN place AS w ON j.run_id = w.run_id AND j.institution = w.institution AND w.in_bands AND w.points IS NULL
INNER JOIN criterion AS c ON j.run_id = c.run_id AND j.policy = c.policy AND w.indicator = c.indicator
WHERE j.counts AND NOT c.flat
UNION ALL
-- A figure of the region, or of the area where the value is no ratio.
SELECT DISTINCT
    c.run_id,
    'EVA-V032',
    'validity',
    CASE s.kind
        WHEN 'peers' THEN format('指标“%s”要与本地的 %s 相比，兄弟县市数据（peers）中没有本地的这一项', c.name, s.measure)
        ELSE format('指标“%s”要与全辖相比，没有全辖的数：它不是比率，或没有一家报送', c.name)
    END,
    CASE s.kind
        WHEN 'peers' THEN '请由报送单位在兄弟县市数据中补报本地（名称或行政区划代码）的这一项'
        ELSE '请由报送单位（' || c.family || '）补报；不是比率的，请在考核办法中改用平均（mean）作参照'
    END
FROM criterion AS c
CROSS JOIN
    LATERAL (
        VALUES (c.kind, c.reference_measure, c.reference_held), (c.gate, c.gate_measure, c.gate_held)
    ) AS s (kind, measure, held)
WHERE c.banks > 0 AND s.kind IN ('peers', 'area') AND s.held IS NULL
UNION ALL
-- A bank's own.
SELECT
    j.run_id,
    'EVA-V032',
    'validity',
    CASE s.kind
        WHEN 'targets'
            THEN format(
                '%s 的指标“%s”要与它的年度目标 %s 相比，目标任务（targets）中没有这一项%s', j.name, c.name, s.measure,
                CASE WHEN s.held <= 0 THEN '大于 0 的目标' ELSE '' END
            )
        ELSE format(
            '%s 的指标“%s”要与%s相比，没有这个数', j.name, c.name,
            CASE s.kind WHEN 'last_year' THEN '上年同期' WHEN 'county' THEN '全县' ELSE '全县（不含本行）' END
        )
    END,
    CASE s.kind
        WHEN 'targets' THEN '请由报送单位在目标任务中补报该机构本年度的这一项'
        ELSE '请由报送单位（' || c.family || '）补报上年同期或各机构的数'
    END
FROM criterion AS c
INNER JOIN judged AS j ON c.run_id = j.run_id AND c.policy = j.policy AND j.counts
INNER JOIN eval.indicator_value AS v
    ON j.run_id = v.run_id AND j.institution = v.institution AND c.indicator = v.indicator
LEFT JOIN own_reference AS o ON j.run_id = o.run_id AND j.institution = o.institution AND c.indicator = o.indicator
CROSS JOIN
    LATERAL (
        VALUES
        (c.kind, c.reference_measure, o.reference_held, c.method = 'target_completion'),
        (c.gate, c.gate_measure, o.gate_held, FALSE)
    ) AS s (kind, measure, held, divides)
WHERE
    (
        c.kind IN ('targets', 'last_year', 'county', 'county_others')
        OR c.gate IN ('targets', 'last_year', 'county', 'county_others')
    )
    AND s.kind IN ('targets', 'last_year', 'county', 'county_others')
    AND (s.held IS NULL OR (s.divides AND s.held <= 0))
UNION ALL
SELECT
    c.run_id,
    'EVA-V033',
    'validity',
    format('指标“%s”各行都为 0，无法区分', c.name),
    '请核对数据，或由县政府决定这项指标本期如何计分；考核办法写明此时须停下（all_zero: stop）'
FROM criterion AS c
WHERE c.banks > 0 AND c.highest = 0 AND c.lowest = 0 AND c.all_zero = 'stop'
ORDER BY run_id, check_id, message
