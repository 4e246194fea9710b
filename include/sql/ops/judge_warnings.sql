-- Judge the standing prudential figures of a region and period against the limits of a rule book (S20): 黄 inside the
-- limit but close, 橙 broken, 红 broken by far or broken two periods running. The same figure is judged once.
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
        w.name,
        w.operator,
        w.limit_value,
        w.yellow_margin,
        w.red_margin,
        k.code,
        w.yellow_margin * abs(w.limit_value) AS near,
        w.red_margin * abs(w.limit_value) AS far,
        CASE w.operator WHEN '>=' THEN w.limit_value - p.value ELSE p.value - w.limit_value END AS shortfall
    FROM standing AS s
    INNER JOIN core.prudential AS p ON s.submission_id = p.submission_id
    INNER JOIN eval.rulebook AS k ON k.rulebook_id = %(rulebook_id)s
    INNER JOIN eval.warning_limit AS w ON k.rulebook_id = w.rulebook_id AND p.metric = w.metric
    WHERE p.as_of = CASE s.period WHEN %(period)s THEN %(as_of)s ELSE %(previous_as_of)s END
),

judged AS (
    SELECT
        m.*,
        b.shortfall > 0 AS broken_before,
        CASE
            WHEN m.shortfall > m.far OR (m.shortfall > 0 AND b.shortfall > 0) THEN '红'
            WHEN m.shortfall > 0 THEN '橙'
            WHEN m.shortfall >= -m.near THEN '黄'
        END AS level
    FROM measured AS m
    LEFT JOIN measured AS b
        ON m.institution = b.institution AND m.metric = b.metric AND m.scope = b.scope AND b.period = %(previous)s
    WHERE m.period = %(period)s
)

INSERT INTO ops.warning (
    region, period, institution, metric, as_of, level, value, limit_value, operator, scope, reason, rulebook_code,
    submission_id, record_no
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
    j.operator,
    j.scope,
    concat_ws(
        '；',
        CASE
            WHEN j.shortfall > j.far THEN '突破限值超过 ' || trim_scale(j.red_margin * 100) || '%%'
            WHEN j.shortfall > 0 THEN '突破限值'
            ELSE '限值以内，距限值不足 ' || trim_scale(j.yellow_margin * 100) || '%%'
        END,
        CASE WHEN j.shortfall > 0 AND j.broken_before THEN '连续两个考核期突破' END
    ),
    j.code,
    j.submission_id,
    j.record_no
FROM judged AS j
WHERE j.level IS NOT NULL
ON CONFLICT DO NOTHING
RETURNING warning_id
