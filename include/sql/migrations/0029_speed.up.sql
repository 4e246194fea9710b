-- The same guarantees, asked once per statement: what a transfer leaves and enters says that its run exists, and what
-- becomes of a difference belongs to that difference.
-- noqa: disable=RF06
ALTER TABLE eval.leg DROP CONSTRAINT leg_run_id_fkey;
ALTER TABLE eval.adjustment DROP CONSTRAINT adjustment_run_id_fkey;

-- What must hold of a run's transfers, whoever writes them (S03, S12): one owner and one category from end to end, out
-- of adjustable money that is there or will be on that day, and no bank moved beyond its difference: which has one sign,
-- so that none both gives and receives. What leaves one account is what enters the other, so each group and each run
-- closes.
CREATE OR REPLACE FUNCTION eval.leg_holds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
    beyond text;
BEGIN
    WITH leg AS MATERIALIZED (
        SELECT l.run_id, l.leg_no, l.from_account, l.from_institution, l.owner, l.fund_category, l.amount, l.status,
            l.available_from
        FROM eval.leg AS l
        WHERE l.run_id IN (SELECT i.run_id FROM inserted AS i)
    ),

    given AS (
        SELECT
            l.run_id, l.from_account, sum(l.amount) > h.balance + h.moved AS beyond,
            string_agg(format('批次 %s 第 %s 笔', l.run_id, l.leg_no), '、') FILTER (
                WHERE (h.institution, h.owner, h.fund_category, h.adjustable)
                IS DISTINCT FROM (l.from_institution, l.owner, l.fund_category, TRUE)
                OR l.available_from IS DISTINCT FROM CASE WHEN NOT h.available THEN h.matures_on END
                OR (l.status = 'planned' AND l.available_from IS NOT NULL)
            ) AS broken
        FROM leg AS l
        LEFT JOIN eval.holding AS h ON l.run_id = h.run_id AND l.from_account = h.account
        GROUP BY l.run_id, l.from_account, h.balance, h.moved
    )

    SELECT
        string_agg(g.broken, '、'),
        string_agg(format('批次 %s 账户 %s', g.run_id, g.from_account), '、') FILTER (WHERE g.beyond)
    INTO broken, beyond
    FROM given AS g
    WHERE g.broken IS NOT NULL OR g.beyond;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION '划转须从转出行同一所有者、同一资金类别的可调整账户转出，可划日期为其到期日：%', broken
            USING ERRCODE = 'check_violation';
    END IF;

    SELECT string_agg(format('批次 %s 第 %s 笔', l.run_id, l.leg_no), '、') INTO broken
    FROM inserted AS l
    LEFT JOIN eval.run_input AS i ON l.run_id = i.run_id AND i.feed = 'accounts'
    LEFT JOIN core.account AS a ON i.submission_id = a.submission_id AND l.to_account = a.account
    LEFT JOIN eval.lineage AS g ON l.run_id = g.run_id AND a.institution = g.institution
    WHERE
        l.to_account IS NOT NULL
        AND (coalesce(g.heir, a.institution), a.owner, a.fund_category)
        IS DISTINCT FROM (l.to_institution, l.owner, l.fund_category);
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION '划转须转入收款行同一所有者、同一资金类别的账户：%', broken USING ERRCODE = 'check_violation';
    END IF;
    IF beyond IS NOT NULL THEN
        RAISE EXCEPTION '账户划出合计超过其余额：%', beyond USING ERRCODE = 'check_violation';
    END IF;

    WITH leg AS MATERIALIZED (
        SELECT l.run_id, l.from_institution, l.to_institution, l.amount
        FROM eval.leg AS l
        WHERE l.run_id IN (SELECT i.run_id FROM inserted AS i)
    ),

    moved AS (
        SELECT l.run_id, l.from_institution AS institution, -sum(l.amount) AS amount
        FROM leg AS l
        GROUP BY l.run_id, l.from_institution
        UNION ALL
        SELECT l.run_id, l.to_institution, sum(l.amount)
        FROM leg AS l
        GROUP BY l.run_id, l.to_institution
    )

    SELECT string_agg(format('批次 %s %s', m.run_id, m.institution), '、') INTO broken
    FROM moved AS m
    LEFT JOIN eval.allocation AS a ON m.run_id = a.run_id AND m.institution = a.institution
    WHERE m.amount NOT BETWEEN least(coalesce(a.delta, 0), 0) AND greatest(coalesce(a.delta, 0), 0);
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION '划转合计超过该行的差额，或既划出又划入：%', broken USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION eval.leg_holds IS '划转从同一所有者、同一资金类别的账户到账户，不超过账户余额与该行差额';

CREATE FUNCTION eval.adjustment_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    SELECT string_agg(format('批次 %s %s', j.run_id, j.institution), '、') INTO broken
    FROM inserted AS j
    LEFT JOIN eval.allocation AS a ON j.run_id = a.run_id AND j.institution = a.institution
    WHERE a.delta IS DISTINCT FROM j.delta;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION '差额的去向须属于该行的额度，并从其差额算起：%', broken USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION eval.adjustment_belongs IS '差额的去向属于一个额度，并从其差额算起';
CREATE TRIGGER adjustment_belongs AFTER INSERT ON eval.adjustment
REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION eval.adjustment_belongs();
