-- A value that the rule book needs and nobody delivered is a question, never a guess.
WITH lacking AS (
    SELECT
        l.*,
        p.institution,
        p.name AS bank
    FROM leaf AS l
    INNER JOIN eval.participant AS p ON l.run_id = p.run_id AND l.cohort = p.role
    LEFT JOIN eval.indicator_value AS v
        ON p.run_id = v.run_id AND p.institution = v.institution AND l.indicator = v.indicator
    WHERE l.missing = 'stop' AND v.institution IS NULL AND p.type <> ALL(l.exempt_types)
),

-- The figures that are needed for it, and of these the ones that are not there.
needed AS (
    SELECT
        k.run_id,
        k.rulebook_id,
        k.indicator,
        k.institution,
        t.family,
        t.measure,
        coalesce(m.day, k.as_of) AS day
    FROM lacking AS k
    INNER JOIN eval.indicator_term AS t
        ON k.rulebook_id = t.rulebook_id AND k.indicator = t.indicator AND t.missing = 'stop'
    LEFT JOIN eval.moment AS m
        ON
            k.run_id = m.run_id AND t.rulebook_id = m.rulebook_id AND t.indicator = m.indicator AND t.side = m.side
            AND t.term_no = m.term_no AND m.phase IN ('now', 'then') AND (m.kind = 'stock' OR m.slot = 1)
    LEFT JOIN observed AS o
        ON
            m.kind = 'stock' AND m.run_id = o.run_id AND m.feed = o.feed AND m.measure = o.measure AND m.day = o.day
            AND k.institution = o.institution
    LEFT JOIN cumulated AS c
        ON
            m.kind = 'flow' AND m.run_id = c.run_id AND m.measure = c.measure AND m.day = c.day
            AND k.institution = c.institution AND (t.parts = '{}' OR c.part = ANY(t.parts))
    WHERE k.basis <> 'on_time_rate' AND o.run_id IS NULL AND c.run_id IS NULL
),

absent AS (
    SELECT
        n.run_id,
        n.rulebook_id,
        n.indicator,
        n.institution,
        string_agg(
            DISTINCT format('报送内容 %s，计量 %s，时点 %s', n.family, n.measure, n.day), '；'
        ) AS figures
    FROM needed AS n
    GROUP BY n.run_id, n.rulebook_id, n.indicator, n.institution
)

SELECT
    k.run_id,
    CASE WHEN k.basis = 'growth' AND a.run_id IS NULL THEN 'EVA-V026' ELSE 'EVA-V020' END AS check_id,
    'validity' AS class,
    CASE
        WHEN k.basis = 'growth' AND a.run_id IS NULL
            THEN
                format(
                    '%s 的指标“%s”没有增幅：所比时点 %s 的基数（报送内容 %s，计量 %s）不大于 0', k.bank, k.name, d.then_day, k.family,
                    k.measure
                )
        ELSE
            format(
                '%s 缺少指标“%s”的数据（%s）', k.bank, k.name,
                coalesce(
                    a.figures,
                    format('报送内容 %s，计量 %s，时点 %s', k.family, k.measure, d.days)
                    || coalesce('；或其分母 ' || k.over || ' 为 0', '')
                )
            )
    END AS message,
    CASE
        WHEN k.basis = 'growth' AND a.run_id IS NULL
            THEN '请核对该时点的数；确为 0 的，由考核办法写明缺数时的处理（missing），或改按增量考核'
        ELSE '请由报送单位补报，或由考核办法写明缺数时的处理'
    END AS advice
FROM lacking AS k
LEFT JOIN absent AS a
    ON
        k.run_id = a.run_id AND k.rulebook_id = a.rulebook_id AND k.indicator = a.indicator
        AND k.institution = a.institution
CROSS JOIN
    LATERAL (
        SELECT
            max(m.day) FILTER (WHERE m.phase = 'then') AS then_day,
            coalesce(string_agg(DISTINCT CAST(m.day AS text), '、') FILTER (WHERE m.kind <> 'event'), CAST(k.as_of AS text))
                AS days
        FROM eval.moment AS m
        WHERE
            m.run_id = k.run_id AND m.rulebook_id = k.rulebook_id AND m.indicator = k.indicator
            AND m.phase IN ('now', 'then') AND m.slot = 1
    ) AS d
UNION ALL
-- A feed may be left out by its contract; whether a score may do without it is for the rule book to say.
SELECT DISTINCT
    r.run_id,
    'EVA-V025',
    'validity',
    format('%s；指标“%s”要用它，考核办法没有写明缺数时的处理', t.reason, i.name),
    '请催报；或在考核办法中为该指标写明 missing（zero 或 mean），其权重即由其余指标分担'
FROM batch AS b
INNER JOIN eval.run AS r ON b.run_id = r.run_id
INNER JOIN eval.rulebook AS k ON r.rulebook_id = k.rulebook_id
INNER JOIN late AS t ON r.run_id = t.run_id AND t.left_out
INNER JOIN eval.indicator AS i
    ON i.rulebook_id IN (k.rulebook_id, k.policy_rulebook_id) AND i.leaf AND i.missing = 'stop'
INNER JOIN eval.indicator_term AS x
    ON i.rulebook_id = x.rulebook_id AND i.indicator = x.indicator AND t.family = x.family
WHERE
    i.rulebook_id = r.rulebook_id
    OR EXISTS (
        SELECT FROM eval.participant AS p
        WHERE p.run_id = r.run_id AND p.role = 'policy'
    )
ORDER BY run_id, check_id, message
