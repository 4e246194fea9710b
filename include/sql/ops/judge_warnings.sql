-- Judge the standing prudential figures of a region and period against the limits of a rule book (S20): 黄 inside the
-- limit but close, 橙 broken, 红 broken by far or broken two periods running. The same figure is judged once. A bank has
-- the limit of its type, else the general one; what a bank broke that has since merged counts for its successor (S32).
WITH standing AS (
    SELECT
        s.submission_id,
        s.period
    FROM raw.standing_submission AS s
    WHERE s.region = %(region)s AND s.feed = 'pboc_prudential' AND s.period IN (%(period)s, %(previous)s)
),

measured AS (
    SELECT
        s.period,
        p.*,
        w.operator,
        w.limit_value,
        w.institution_type,
        w.yellow_margin,
        w.red_margin,
        k.code,
        w.yellow_margin * abs(w.limit_value) AS near,
        w.red_margin * abs(w.limit_value) AS far,
        CASE w.operator WHEN '>=' THEN w.limit_value - p.value ELSE p.value - w.limit_value END AS shortfall
    FROM standing AS s
    INNER JOIN core.prudential AS p ON s.submission_id = p.submission_id
    INNER JOIN eval.rulebook AS k ON k.rulebook_id = %(rulebook_id)s
    LEFT JOIN core.register_of(%(region)s, s.period) AS y ON p.institution = y.institution
    INNER JOIN LATERAL (
        SELECT l.*
        FROM eval.warning_limit AS l
        WHERE
            l.rulebook_id = k.rulebook_id AND l.metric = p.metric AND l.institution_type IN ('', coalesce(y.type, ''))
        ORDER BY l.institution_type DESC
        LIMIT 1
    ) AS w ON TRUE
    WHERE p.as_of = CASE s.period WHEN %(period)s THEN %(as_of)s ELSE %(previous_as_of)s END
),

broken_before AS (
    SELECT
        m.institution,
        coalesce(g.heir, m.institution) AS heir,
        coalesce(g.name, m.institution) AS name,
        m.metric,
        m.scope
    FROM measured AS m
    LEFT JOIN core.lineage(%(region)s, %(as_of)s) AS g ON m.institution = g.institution
    WHERE m.period = %(previous)s AND m.shortfall > 0
),

judged AS (
    SELECT
        m.*,
        b.running,
        b.predecessors,
        CASE
            WHEN m.shortfall > m.far OR (m.shortfall > 0 AND b.running) THEN '红'
            WHEN m.shortfall > 0 THEN '橙'
            WHEN m.shortfall >= -m.near THEN '黄'
        END AS level
    FROM measured AS m
    INNER JOIN LATERAL (
        SELECT
            count(*) > 0 AS running,
            CASE WHEN NOT bool_or(x.institution = m.institution) THEN string_agg(x.name, '、' ORDER BY x.name) END
                AS predecessors
        FROM broken_before AS x
        WHERE m.institution IN (x.institution, x.heir) AND x.metric = m.metric AND x.scope = m.scope
    ) AS b ON TRUE
    WHERE m.period = %(period)s
)

INSERT INTO ops.warning (
    region, period, institution, metric, as_of, level, value, limit_value, limit_type, operator, scope, reason,
    rulebook_code, submission_id, record_no
)
SELECT
    j.region,
    j.period,
    j.institution,
    j.metric,
    j.as_of,
    j.level,
    j.value,
    j.limit_value,
    j.institution_type,
    j.operator,
    j.scope,
    concat_ws(
        '；',
        CASE
            WHEN j.shortfall > j.far THEN '突破限值超过 ' || trim_scale(j.red_margin * 100) || '%%'
            WHEN j.shortfall > 0 THEN '突破限值'
            ELSE '限值以内，距限值不足 ' || trim_scale(j.yellow_margin * 100) || '%%'
        END,
        CASE
            WHEN j.shortfall > 0 AND j.running
                THEN '连续两个考核期突破' || coalesce('（上期为已并入的' || j.predecessors || '）', '')
        END
    ),
    j.code,
    j.submission_id,
    j.record_no
FROM judged AS j
WHERE j.level IS NOT NULL
ON CONFLICT DO NOTHING
RETURNING warning_id
