-- noqa: disable=RF06
DROP TRIGGER adjustment_belongs ON eval.adjustment;
DROP FUNCTION eval.adjustment_belongs();

CREATE OR REPLACE FUNCTION eval.leg_holds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    SELECT string_agg(format('批次 %s 第 %s 笔', l.run_id, l.leg_no), '、') INTO broken
    FROM inserted AS l
    LEFT JOIN eval.holding AS h ON l.run_id = h.run_id AND l.from_account = h.account
    WHERE
        (h.institution, h.owner, h.fund_category, h.adjustable)
        IS DISTINCT FROM (l.from_institution, l.owner, l.fund_category, TRUE)
        OR l.available_from IS DISTINCT FROM CASE WHEN NOT h.available THEN h.matures_on END
        OR (l.status = 'planned' AND l.available_from IS NOT NULL);
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

    SELECT string_agg(format('批次 %s 账户 %s', s.run_id, s.from_account), '、') INTO broken
    FROM (
        SELECT l.run_id, l.from_account, sum(l.amount) AS given
        FROM eval.leg AS l
        WHERE l.run_id IN (SELECT i.run_id FROM inserted AS i)
        GROUP BY l.run_id, l.from_account
    ) AS s
    INNER JOIN eval.holding AS h ON s.run_id = h.run_id AND s.from_account = h.account
    WHERE s.given > h.balance + h.moved;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION '账户划出合计超过其余额：%', broken USING ERRCODE = 'check_violation';
    END IF;

    SELECT string_agg(format('批次 %s %s', s.run_id, s.institution), '、') INTO broken
    FROM (
        SELECT e.run_id, e.institution, min(e.amount) AS lowest, max(e.amount) AS highest, sum(e.amount) AS amount
        FROM eval.leg AS l
        CROSS JOIN LATERAL (
            VALUES (l.run_id, l.from_institution, -l.amount), (l.run_id, l.to_institution, l.amount)
        ) AS e (run_id, institution, amount)
        WHERE l.run_id IN (SELECT i.run_id FROM inserted AS i)
        GROUP BY e.run_id, e.institution
    ) AS s
    LEFT JOIN eval.allocation AS a ON s.run_id = a.run_id AND s.institution = a.institution
    WHERE s.lowest * s.highest < 0 OR s.amount NOT BETWEEN least(coalesce(a.delta, 0), 0) AND greatest(coalesce(a.delta, 0), 0);
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION '划转合计超过该行的差额，或既划出又划入：%', broken USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION eval.leg_holds() IS NULL;

ALTER TABLE eval.adjustment ADD CONSTRAINT adjustment_run_id_fkey FOREIGN KEY (run_id) REFERENCES eval.run;
ALTER TABLE eval.leg ADD CONSTRAINT leg_run_id_fkey FOREIGN KEY (run_id) REFERENCES eval.run;
