-- What the life of an order still left to whoever writes to it: the banks' time to object (S27), the clock of its rows,
-- who signs under which name (S26), what a paper is laid out from, and what a transfer is executed upon (S13).

-- Objections to what a paper shows, each as it was registered last; late are those raised after the paper's own window.
-- A recall has no time to object: it is no result.
CREATE FUNCTION ops.objections(of_order bigint) RETURNS TABLE (
    objection text, institution text, matter text, raised_on date, state text, answered_on date, answer text
) LANGUAGE sql STABLE AS $$
SELECT
    o.objection,
    o.institution,
    o.matter,
    o.raised_on,
    CASE
        WHEN o.outcome IS NOT NULL THEN o.outcome
        WHEN o.raised_on > w.closes_on THEN 'late'
        ELSE 'open'
    END,
    o.answered_on,
    coalesce(o.answer, '')
FROM ops.objection_window AS w
INNER JOIN ops.objection_state AS o ON w.region = o.region AND w.period = o.about_period
WHERE w.order_id = of_order AND w.kind <> 'recall'
ORDER BY o.raised_on, o.objection
$$;
COMMENT ON FUNCTION ops.objections IS '对一份指令所列结果的异议（S27）：open 期内提出、尚未答复，late 期满后提出，upheld、rejected 已经答复';

CREATE FUNCTION ops.objection_hold(of_order bigint) RETURNS text LANGUAGE sql STABLE AS $$
SELECT CASE
    WHEN w.opened_on IS NULL THEN format('指令 %s 尚未复核，异议期没有开始', w.order_no)
    WHEN w.closes_on IS NULL THEN format(
        '指令 %s 的异议期自 %s 起 %s 个工作日，其间的工作日历尚未载入，无从知道何日期满：'
        '请升级 chinesecalendar，或将国务院放假通知导入 core.workday',
        w.order_no, w.opened_on, w.objection_workdays
    )
    WHEN o.open > 0 THEN format(
        '指令 %s 还有 %s 项异议没有答复（%s），答复之前不签；异议期至 %s 为止', w.order_no, o.open, o.names, w.closes_on
    )
    WHEN w.objection_workdays > 0 AND ops.today() <= w.closes_on
        THEN format('指令 %s 的异议期至 %s 为止，期满之前不签', w.order_no, w.closes_on)
END
FROM ops.objection_window AS w
CROSS JOIN LATERAL (
    SELECT
        count(*) AS open,
        string_agg(n.objection, '、') AS names
    FROM ops.objections(w.order_id) AS n
    WHERE n.state = 'open'
) AS o
WHERE w.order_id = of_order
$$;
COMMENT ON FUNCTION ops.objection_hold IS '结果为何还不能确定（S27）：异议期未满，或期内提出的异议没有答复；为空即可以签批';

-- The clock of the house, whatever the row says: a date of the past would close a window, or make a bank late.
CREATE FUNCTION ops.stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    new.happened_at := ops.moment();
    RETURN new;
END
$$;
CREATE TRIGGER a_clock BEFORE INSERT ON ops.order_event FOR EACH ROW EXECUTE FUNCTION ops.stamp();
CREATE TRIGGER a_clock BEFORE INSERT ON ops.leg_event FOR EACH ROW EXECUTE FUNCTION ops.stamp();

-- A name that looks like another's is another's: of one person there is one spelling.
CREATE FUNCTION ops.person(name text) RETURNS text LANGUAGE sql IMMUTABLE AS
'SELECT lower(regexp_replace(normalize(name, NFKC), ''[[:space:][:cntrl:]\u200b-\u200f\u2060\ufeff]+'', '''', ''g''))';
COMMENT ON FUNCTION ops.person IS '用户名比对的写法：不分全角半角、大小写和空白';

-- As before, and: names are compared as one person writes them, nobody signs what he ever laid out or put up, the house
-- itself signs nothing, and the result becomes final no sooner than it may (S27).
CREATE OR REPLACE FUNCTION ops.check_approval() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paper ops.order_paper;
    due ops.sign_step;
    hold text;
BEGIN
    new.decided_at := ops.moment();
    IF ops.person(new.approver) IN ('', 'cunfang') THEN
        RAISE EXCEPTION '签批必须由具名用户作出' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM FROM ops.transfer_order AS o WHERE o.order_id = new.order_id FOR UPDATE;
    SELECT p.* INTO paper FROM ops.order_paper AS p WHERE p.order_id = new.order_id;
    IF paper.order_id IS NULL THEN
        RAISE EXCEPTION '指令 % 尚未拟定，不能签批', new.order_id USING ERRCODE = 'check_violation';
    END IF;
    IF paper.status NOT IN ('draft', 'reviewed', 'signed') THEN
        RAISE EXCEPTION '指令 % 的现状是 %，不再签批', paper.order_no, paper.status USING ERRCODE = 'check_violation';
    END IF;
    SELECT s.* INTO due FROM ops.sign_step AS s
    WHERE s.order_id = new.order_id AND NOT EXISTS (
        SELECT FROM ops.approval AS a
        WHERE a.order_id = s.order_id AND a.step_no = s.step_no AND a.round = paper.round AND a.verdict = 'approved'
    )
    ORDER BY s.step_no LIMIT 1;
    IF new.step_no IS DISTINCT FROM due.step_no OR new.round IS DISTINCT FROM paper.round THEN
        RAISE EXCEPTION '指令 % 现在轮到第 % 个签批环节（第 % 轮）', paper.order_no, due.step_no, paper.round
            USING ERRCODE = 'check_violation';
    END IF;
    IF cardinality(due.signers) > 0 AND NOT new.approver = ANY(due.signers) THEN
        RAISE EXCEPTION '% 不是“%”的签批人（应为 %）', new.approver, due.title, array_to_string(due.signers, '、')
            USING ERRCODE = 'check_violation';
    END IF;
    -- Who laid it out, and who put it up again in any round, made it.
    IF ops.person(new.approver) = ops.person(paper.drafted_by) OR EXISTS (
        SELECT FROM ops.order_event AS e
        WHERE e.order_id = new.order_id AND e.status = 'draft' AND ops.person(e.actor) = ops.person(new.approver)
    ) THEN
        RAISE EXCEPTION '% 拟定或重新提交了指令 %，不能自己签批', new.approver, paper.order_no
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM ops.approval AS a
        WHERE a.order_id = new.order_id AND a.round = new.round AND ops.person(a.approver) = ops.person(new.approver)
    ) THEN
        RAISE EXCEPTION '% 已经签过指令 % 的前一环节，须由另一人签批', new.approver, paper.order_no
            USING ERRCODE = 'check_violation';
    END IF;
    IF due.status = 'signed' AND new.verdict = 'approved' THEN
        hold := ops.objection_hold(new.order_id);
        IF hold IS NOT NULL THEN
            RAISE EXCEPTION '%', hold USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN new;
END
$$;

-- A paper is what its run or the register says, and has a chain of signatures.
CREATE FUNCTION ops.check_paper() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paper ops.transfer_order;
    hold text;
    odd text;
BEGIN
    SELECT o.* INTO paper FROM ops.transfer_order AS o WHERE o.order_id = new.order_id;
    IF new.status = 'signed' THEN
        hold := ops.objection_hold(new.order_id);
        IF hold IS NOT NULL THEN
            RAISE EXCEPTION '%', hold USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF new.status <> 'draft' OR EXISTS (SELECT FROM ops.order_event AS e WHERE e.order_id = new.order_id) THEN
        RETURN new;
    END IF;
    IF NOT EXISTS (
        SELECT FROM ops.sign_step AS s
        WHERE s.order_id = new.order_id
        HAVING
            count(*) FILTER (WHERE s.status = 'reviewed') > 0 AND count(*) FILTER (WHERE s.status = 'signed') > 0
            AND array_agg(s.status ORDER BY s.step_no)
            = array_agg(s.status ORDER BY array_position(ARRAY['reviewed', 'signed', 'issued'], s.status), s.step_no)
    ) THEN
        RAISE EXCEPTION '指令 % 没有完整的签批环节：须依次有复核、签批', paper.order_no USING ERRCODE = 'check_violation';
    END IF;
    IF paper.run_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM eval.run AS r
        WHERE r.run_id = paper.run_id AND r.region = paper.region AND r.period = paper.period AND r.purpose = 'official'
    ) THEN
        RAISE EXCEPTION '指令 % 的考核批次 % 不是该地区该考核期的正式批次', paper.order_no, paper.run_id
            USING ERRCODE = 'check_violation';
    END IF;
    odd := ops.odd_legs(new.order_id);
    IF odd IS NOT NULL THEN
        RAISE EXCEPTION '指令 % 的划转与所依据的不符：%', paper.order_no, odd USING ERRCODE = 'check_violation';
    END IF;
    RETURN new;
END
$$;
COMMENT ON FUNCTION ops.check_paper IS '指令拟定时与批次、账户名录相符，有签批环节；结果确定时异议期已满（S12、S26、S27）';

-- The transfers of an adjustment are those of its run; those of a recall are between accounts of the region's register,
-- of one owner and one category; a true-up has none.
CREATE FUNCTION ops.odd_legs(of_order bigint) RETURNS text LANGUAGE sql STABLE AS $$
WITH paper AS (
    SELECT o.* FROM ops.transfer_order AS o WHERE o.order_id = of_order
),

planned AS (
    SELECT
        l.from_institution, l.to_institution, l.from_account, l.to_account, l.owner, l.fund_category, l.amount,
        coalesce(l.available_from, r.as_of) AS available_from, h.balance AS base_balance, l.status = 'blocked' AS blocked
    FROM paper AS o
    INNER JOIN eval.run AS r ON o.run_id = r.run_id
    INNER JOIN eval.leg AS l ON r.run_id = l.run_id
    INNER JOIN eval.holding AS h ON l.run_id = h.run_id AND l.from_account = h.account
    WHERE o.kind = 'adjustment'
),

written AS (
    SELECT
        l.from_institution, l.to_institution, l.from_account, l.to_account, l.owner, l.fund_category, l.amount,
        l.available_from, l.base_balance, l.blocked
    FROM paper AS o
    INNER JOIN ops.transfer_leg AS l ON o.order_id = l.order_id
    WHERE o.kind <> 'recall'
),

register AS MATERIALIZED (
    SELECT a.* FROM paper AS o
    CROSS JOIN LATERAL core.accounts_on(o.region, ops.today()) AS a
    WHERE o.kind = 'recall'
),

odd AS (
    (SELECT format('多出 %s→%s %s 元', w.from_account, w.to_account, w.amount) AS said FROM (
        SELECT * FROM written EXCEPT ALL SELECT * FROM planned
    ) AS w)
    UNION ALL
    (SELECT format('缺少 %s→%s %s 元', p.from_account, p.to_account, p.amount) FROM (
        SELECT * FROM planned EXCEPT ALL SELECT * FROM written
    ) AS p)
    UNION ALL
    SELECT format('账户 %s（%s、%s、%s）不在该地区的账户名录中', e.account, e.institution, l.owner, l.fund_category)
    FROM paper AS o
    INNER JOIN ops.transfer_leg AS l ON o.order_id = l.order_id
    CROSS JOIN LATERAL (
        VALUES (l.from_institution, l.from_account), (l.to_institution, l.to_account)
    ) AS e (institution, account)
    WHERE o.kind = 'recall' AND e.account IS NOT NULL AND NOT EXISTS (
        SELECT FROM register AS a
        WHERE
            a.account = e.account AND a.institution = e.institution AND a.owner = l.owner
            AND a.fund_category = l.fund_category
    )
)

SELECT string_agg(o.said, '；') FROM odd AS o
$$;
COMMENT ON FUNCTION ops.odd_legs IS '一份指令的划转与所依据的有何不符：调整与批次，收回与账户名录；为空即相符';
CREATE TRIGGER laid_out_right BEFORE INSERT ON ops.order_event
FOR EACH ROW WHEN (new.status IN ('draft', 'signed')) EXECUTE FUNCTION ops.check_paper();

-- An execution lies between the issue and today, rests on a receipt of this very transfer and amount, if on any; a
-- transfer is due no earlier than it may be made.
CREATE FUNCTION ops.check_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    leg ops.leg_state;
BEGIN
    SELECT l.* INTO leg FROM ops.leg_state AS l WHERE l.order_id = new.order_id AND l.leg_no = new.leg_no;
    IF new.status = 'issued' AND new.due_on < greatest(ops.today(), leg.available_from) THEN
        RAISE EXCEPTION '划转 % 的期限 % 早于可以划转之日', leg.leg_code, new.due_on USING ERRCODE = 'check_violation';
    END IF;
    IF new.status = 'executed' AND NOT CAST(new.executed_at AS date)
        BETWEEN CAST(leg.issued_at AT TIME ZONE 'Asia/Shanghai' AS date) AND ops.today()
    THEN
        RAISE EXCEPTION '划转 % 的执行日 % 须在下达之日（%）与今天（%）之间', leg.leg_code,
            CAST(new.executed_at AS date), CAST(leg.issued_at AT TIME ZONE 'Asia/Shanghai' AS date), ops.today()
            USING ERRCODE = 'check_violation';
    END IF;
    IF new.submission_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM core.bank_return AS b
        WHERE
            b.submission_id = new.submission_id AND b.record_no = new.record_no AND b.leg = leg.leg_code
            AND b.amount = leg.amount
    ) THEN
        RAISE EXCEPTION '划转 % 据以登记的回报（% 第 % 行）不是这一笔、或金额不是 % 元', leg.leg_code, new.submission_id,
            coalesce(CAST(new.record_no AS text), '?'), leg.amount USING ERRCODE = 'check_violation';
    END IF;
    RETURN new;
END
$$;
COMMENT ON FUNCTION ops.check_evidence IS '划转的期限、执行日和所据回报说得通（S12、S13）';
-- After `allowed_move`, by its name.
CREATE TRIGGER evidence BEFORE INSERT ON ops.leg_event FOR EACH ROW EXECUTE FUNCTION ops.check_evidence();

-- NaN is greater than every number, and equal to itself.
ALTER TABLE ops.transfer_order
ADD CONSTRAINT terms_are_figures CHECK (
    max_drift >= 0 AND max_drift < 'Infinity' AND execute_workdays > 0 AND issue_workdays > 0 AND objection_workdays >= 0
),
ADD CONSTRAINT drafted_by_somebody CHECK (btrim(drafted_by) <> '');
ALTER TABLE ops.transfer_leg
ADD CONSTRAINT amounts_are_figures CHECK (amount < 'Infinity' AND base_balance < 'Infinity'),
ADD CONSTRAINT between_two_accounts CHECK (from_account <> to_account);
ALTER TABLE ops.order_event ADD CONSTRAINT done_by_somebody CHECK (btrim(actor) <> '');
ALTER TABLE ops.leg_event ADD CONSTRAINT done_by_somebody CHECK (btrim(actor) <> '');
