-- What each bank is scored by (S06, S07, S15): its own value, or what the rule book says of a bank without one. A bank of
-- a type that an indicator does not suit, and where the rule book says so a bank of this year in what compares with
-- before, has the mean of its cohort. A feed taken from the quarter before is said (S25).
WITH wanted AS (
    SELECT
        l.run_id,
        l.rulebook_id,
        l.cohort,
        l.indicator,
        l.basis,
        l.missing,
        l.late_flag,
        p.institution,
        CASE
            WHEN p.type = ANY(l.exempt_types) THEN '该类机构不考核本项，取平均数'
            WHEN
                l.first_year = 'impute' AND l.basis IN ('increment', 'growth', 'new_ratio') AND i.opened_on >= l.year_start
                AND p.predecessor_names = '' THEN '首年，取平均'
        END AS imputed
    FROM leaf AS l
    INNER JOIN eval.participant AS p
        ON l.run_id = p.run_id AND (p.role = 'policy') = (l.cohort = 'policy') AND p.role <> 'carved_out'
    LEFT JOIN eval.run_input AS n ON l.run_id = n.run_id AND n.feed = 'institutions' AND NOT n.history
    LEFT JOIN core.institution AS i ON n.submission_id = i.submission_id AND p.institution = i.institution
),

known AS (
    SELECT
        w.*,
        v.value,
        v.numerator,
        v.denominator,
        v.class,
        v.before_value,
        v.as_of,
        v.flag,
        v.role
    FROM wanted AS w
    LEFT JOIN valued AS v
        ON
            w.run_id = v.run_id AND w.rulebook_id = v.rulebook_id AND w.indicator = v.indicator
            AND w.institution = v.institution
),

mean AS (
    SELECT
        k.run_id,
        k.rulebook_id,
        k.indicator,
        eval.ratio(sum(k.value), count(*)) AS mean
    FROM known AS k
    WHERE k.imputed IS NULL AND k.role <> 'excluded'
    GROUP BY k.run_id, k.rulebook_id, k.indicator
),

completed AS (
    SELECT
        k.*,
        a.mean,
        CASE
            WHEN k.imputed IS NOT NULL THEN 'imputed'
            WHEN k.value IS NOT NULL THEN 'own'
            ELSE k.missing
        END AS by_rule
    FROM known AS k
    LEFT JOIN mean AS a ON k.run_id = a.run_id AND k.rulebook_id = a.rulebook_id AND k.indicator = a.indicator
)

INSERT INTO eval.indicator_value (
    run_id, institution, indicator, value, numerator, denominator, flag, class, before_value, as_of
)
SELECT
    c.run_id,
    c.institution,
    c.indicator,
    CASE c.by_rule WHEN 'own' THEN c.value WHEN 'zero' THEN 0 ELSE c.mean END,
    CASE c.by_rule WHEN 'own' THEN c.numerator END,
    CASE c.by_rule WHEN 'own' THEN c.denominator END,
    concat_ws(
        '；',
        CASE c.by_rule
            WHEN 'own' THEN nullif(c.flag, '')
            WHEN 'imputed' THEN c.imputed
            WHEN 'zero' THEN '无记录，按 0 计'
            ELSE CASE c.basis WHEN 'on_time_rate' THEN '本期无事项，取有事项机构的平均数' ELSE '缺数，取其余机构的平均数' END
        END,
        c.late_flag
    ),
    CASE c.by_rule WHEN 'own' THEN c.class ELSE '' END,
    CASE c.by_rule WHEN 'own' THEN c.before_value END,
    c.as_of
FROM completed AS c
WHERE c.by_rule IN ('own', 'zero') OR (c.by_rule IN ('mean', 'imputed') AND c.mean IS NOT NULL)
