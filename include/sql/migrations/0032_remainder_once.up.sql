-- Nothing of a true-up is lost or paid twice: the database refuses a run that says otherwise.
-- What is carried into a quarter is that of the run of it that was published before, or all that nobody else took over.
CREATE FUNCTION eval.carried_wrongly(pinned bigint) RETURNS text LANGUAGE sql STABLE AS $$
WITH mine AS (
    SELECT
        r.region,
        r.period,
        before.run_id AS before_id
    FROM eval.run AS r
    LEFT JOIN LATERAL (
        SELECT e.run_id
        FROM eval.run_event AS e
        INNER JOIN eval.run AS o ON e.run_id = o.run_id AND o.purpose = 'official'
        WHERE e.status = 'published' AND o.region = r.region AND o.period = r.period AND e.run_id <> pinned
        ORDER BY e.event_id DESC
        LIMIT 1
    ) AS before ON TRUE
    WHERE r.run_id = pinned AND r.purpose = 'official'
),

entry AS (
    SELECT
        f.period,
        c.order_no,
        c.institution,
        c.amount,
        CAST(NULL AS bigint) AS from_run_id
    FROM mine AS m
    INNER JOIN eval.official_run AS t ON m.region = t.region AND m.period <> t.period AND m.before_id IS NULL
    INNER JOIN eval.true_up_carried AS c ON t.run_id = c.run_id
    INNER JOIN eval.run AS f ON c.from_run_id = f.run_id
    UNION ALL
    SELECT
        f.period,
        c.order_no,
        c.institution,
        c.amount,
        c.from_run_id
    FROM mine AS m
    INNER JOIN eval.true_up_carried AS c ON c.run_id = pinned
    INNER JOIN eval.run AS f ON c.from_run_id = f.run_id
    UNION ALL
    SELECT
        f.period,
        c.order_no,
        c.institution,
        -c.amount,
        c.from_run_id
    FROM mine AS m
    INNER JOIN eval.true_up_carried AS c ON m.before_id = c.run_id
    INNER JOIN eval.run AS f ON c.from_run_id = f.run_id
),

account AS (
    SELECT
        e.period,
        e.order_no,
        e.institution,
        max(e.from_run_id) AS from_run_id,
        sum(e.amount) AS amount
    FROM entry AS e
    GROUP BY e.period, e.order_no, e.institution
    HAVING max(e.from_run_id) IS NOT NULL
)

SELECT string_agg(DISTINCT format('%s（结转自 %s）', a.order_no, a.period), '、')
FROM account AS a
CROSS JOIN mine AS m
LEFT JOIN eval.true_up_outcome AS o
    ON a.from_run_id = o.run_id AND a.order_no = o.order_no AND a.institution = o.institution AND m.before_id IS NULL
WHERE a.amount <> coalesce(o.remainder, 0)
$$;
COMMENT ON FUNCTION eval.carried_wrongly IS '批次所计入的结转补差中，与同一考核期已公布的不同、或已由其他考核期计入的；没有的为空';

CREATE FUNCTION eval.true_up_unsettled(pinned bigint) RETURNS text LANGUAGE sql STABLE AS $$
SELECT string_agg(DISTINCT x.order_no, '、')
FROM (
    SELECT coalesce(t.order_no, o.order_no) AS order_no
    FROM (
        SELECT
            u.order_no,
            u.institution,
            sum(u.amount) AS amount
        FROM eval.run_true_up AS u
        WHERE u.run_id = pinned
        GROUP BY u.order_no, u.institution
    ) AS t
    FULL JOIN (
        SELECT *
        FROM eval.true_up_outcome AS v
        WHERE v.run_id = pinned
    ) AS o ON t.order_no = o.order_no AND t.institution = o.institution
    WHERE coalesce(t.amount, 0) <> coalesce(o.amount, 0)
    UNION ALL
    -- What one bank gets another gives; where nobody shares by score, nothing moves.
    SELECT o.order_no
    FROM eval.true_up_outcome AS o
    WHERE o.run_id = pinned
    GROUP BY o.order_no
    HAVING sum(o.applied) <> 0 OR (sum(o.remainder) <> 0 AND NOT bool_and(o.applied = 0 AND o.spread = 0))
) AS x
$$;
COMMENT ON FUNCTION eval.true_up_unsettled IS '批次的补差中，应补与计入不符、或各行落实与结转合计不为 0 的；没有的为空';

CREATE FUNCTION eval.refuse_lost_true_up(pinned bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    unsettled text := eval.true_up_unsettled(pinned);
    carried text := eval.carried_wrongly(pinned);
BEGIN
    IF unsettled IS NOT NULL THEN
        RAISE EXCEPTION '批次 % 的补差没有如数落实或结转：%；请重新考核', pinned, unsettled
            USING ERRCODE = 'check_violation';
    ELSIF carried IS NOT NULL THEN
        RAISE EXCEPTION '批次 % 计入的结转补差不对：%；请重新考核', pinned, carried
            USING ERRCODE = 'check_violation';
    END IF;
END
$$;
CREATE FUNCTION eval.check_outcomes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM eval.refuse_lost_true_up(a.run_id) FROM (SELECT DISTINCT n.run_id FROM added AS n) AS a;
    RETURN NULL;
END
$$;
CREATE FUNCTION eval.check_signed_outcomes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM eval.refuse_lost_true_up(new.run_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER settled_whole AFTER INSERT ON eval.true_up_outcome
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION eval.check_outcomes();
CREATE TRIGGER settled_whole AFTER INSERT ON eval.run_event
FOR EACH ROW WHEN (new.status IN ('approved', 'published')) EXECUTE FUNCTION eval.check_signed_outcomes();

-- Append-only, and what an official run says is in the audit chain.
CREATE FUNCTION eval.audit_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ops.audit (actor, action, object, detail)
    SELECT
        'cunfang',
        TG_TABLE_NAME,
        concat_ws(' ', 'run', new.run_id, new.order_no, new.institution),
        to_jsonb(new)
    FROM eval.run AS r
    WHERE r.run_id = new.run_id AND r.purpose = 'official';
    RETURN NULL;
END
$$;
DO $$
DECLARE
    target text;
BEGIN
    FOREACH target IN ARRAY ARRAY['eval.true_up_outcome', 'eval.true_up_carried'] LOOP
        EXECUTE format(
            'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s '
            'FOR EACH STATEMENT EXECUTE FUNCTION eval.refuse_change()', target
        );
        EXECUTE format(
            'CREATE TRIGGER audited AFTER INSERT ON %s FOR EACH ROW EXECUTE FUNCTION eval.audit_outcome()', target
        );
    END LOOP;
END
$$;
