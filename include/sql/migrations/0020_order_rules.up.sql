-- What holds the life of an order, whoever writes: allowed moves, signatures in order and by four eyes, the audit chain.
CREATE FUNCTION ops.check_order_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing text;
BEGIN
    PERFORM FROM ops.transfer_order AS o WHERE o.order_id = new.order_id FOR UPDATE;
    SELECT e.status INTO standing FROM ops.order_event AS e
    WHERE e.order_id = new.order_id ORDER BY e.event_id DESC LIMIT 1;
    IF NOT EXISTS (
        SELECT FROM ops.order_move AS m WHERE m.before = coalesce(standing, '') AND m.after = new.status
    ) THEN
        RAISE EXCEPTION '指令 % 的现状是 %，不能变为 %', new.order_id, coalesce(standing, '尚未拟稿'), new.status
            USING ERRCODE = 'check_violation';
    END IF;
    IF new.status IN ('reviewed', 'signed', 'issued') AND EXISTS (
        SELECT FROM ops.sign_step AS s
        WHERE s.order_id = new.order_id AND s.status = new.status AND NOT EXISTS (
            SELECT FROM ops.approval AS a
            INNER JOIN ops.order_paper AS p ON a.order_id = p.order_id AND a.round = p.round
            WHERE a.order_id = s.order_id AND a.step_no = s.step_no AND a.verdict = 'approved'
        )
    ) THEN
        RAISE EXCEPTION '指令 % 还有签批环节没有签，不能变为 %', new.order_id, new.status USING ERRCODE = 'check_violation';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER allowed_move BEFORE INSERT ON ops.order_event
FOR EACH ROW EXECUTE FUNCTION ops.check_order_event();

CREATE FUNCTION ops.check_leg_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing text;
    leg ops.transfer_leg;
BEGIN
    SELECT l.* INTO leg FROM ops.transfer_leg AS l
    WHERE l.order_id = new.order_id AND l.leg_no = new.leg_no FOR UPDATE;
    SELECT e.status INTO standing FROM ops.leg_event AS e
    WHERE e.order_id = new.order_id AND e.leg_no = new.leg_no ORDER BY e.event_id DESC LIMIT 1;
    IF leg.blocked THEN
        RAISE EXCEPTION '划转 % 受阻（%），不能下达', leg.leg_code, leg.reason USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM ops.leg_move AS m WHERE m.before = coalesce(standing, '') AND m.after = new.status
    ) THEN
        RAISE EXCEPTION '划转 % 的现状是 %，不能变为 %', leg.leg_code, coalesce(standing, '尚未下达'), new.status
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM ops.order_paper AS p WHERE p.order_id = new.order_id AND p.status = 'issued'
    ) THEN
        RAISE EXCEPTION '划转 % 所在的指令尚未下达', leg.leg_code USING ERRCODE = 'check_violation';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER allowed_move BEFORE INSERT ON ops.leg_event
FOR EACH ROW EXECUTE FUNCTION ops.check_leg_event();

-- Four eyes (S26): the steps are signed in order, by those who may, and nobody signs what he made or signed already.
CREATE FUNCTION ops.check_approval() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paper ops.order_paper;
    due ops.sign_step;
BEGIN
    IF new.approver = '' THEN
        RAISE EXCEPTION '签批必须由具名用户作出' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM FROM ops.transfer_order AS o WHERE o.order_id = new.order_id FOR UPDATE;
    SELECT p.* INTO paper FROM ops.order_paper AS p WHERE p.order_id = new.order_id;
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
    -- Who laid it out, and who put it up again, made it.
    IF new.approver = paper.drafted_by OR new.approver = (
        SELECT e.actor FROM ops.order_event AS e
        WHERE e.order_id = new.order_id AND e.status = 'draft' ORDER BY e.event_id DESC LIMIT 1
    ) THEN
        RAISE EXCEPTION '% 拟定或重新提交了指令 %，不能自己签批', new.approver, paper.order_no
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM ops.approval AS a
        WHERE a.order_id = new.order_id AND a.round = new.round AND a.approver = new.approver
    ) THEN
        RAISE EXCEPTION '% 已经签过指令 % 的前一环节，须由另一人签批', new.approver, paper.order_no
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER four_eyes BEFORE INSERT ON ops.approval
FOR EACH ROW WHEN (new.order_id IS NOT NULL) EXECUTE FUNCTION ops.check_approval();

-- An order is laid out whole before anybody signs it.
CREATE FUNCTION ops.check_leg() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ops.order_event AS e WHERE e.order_id = new.order_id
    ) THEN
        RAISE EXCEPTION '指令 % 已经拟定，划转明细不再增加', new.order_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER laid_out_whole BEFORE INSERT ON ops.transfer_leg FOR EACH ROW EXECUTE FUNCTION ops.check_leg();
CREATE TRIGGER laid_out_whole BEFORE INSERT ON ops.sign_step FOR EACH ROW EXECUTE FUNCTION ops.check_leg();

-- Every row of an order's life has a link in the audit chain, with the row itself.
-- In one time zone, whatever the session's: times are written as text.
CREATE FUNCTION ops.write_audit() RETURNS trigger LANGUAGE plpgsql SET timezone = 'Asia/Shanghai' AS $$
DECLARE
    said jsonb := to_jsonb(new);
BEGIN
    INSERT INTO ops.audit (actor, action, object, detail)
    VALUES (
        coalesce(said ->> 'actor', said ->> 'approver', said ->> 'drafted_by', 'cunfang'),
        TG_TABLE_NAME || coalesce('.' || (said ->> 'status'), '.' || (said ->> 'verdict'), ''),
        concat_ws(' ', 'order', said ->> 'order_id', 'leg ' || (said ->> 'leg_no')),
        said
    );
    RETURN NULL;
END
$$;
DO $$
DECLARE
    target text;
BEGIN
    FOREACH target IN ARRAY ARRAY[
        'ops.transfer_order', 'ops.transfer_leg', 'ops.sign_step', 'ops.order_event', 'ops.leg_event'
    ] LOOP
        EXECUTE format(
            'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s '
            'FOR EACH STATEMENT EXECUTE FUNCTION eval.refuse_change()', target
        );
        EXECUTE format(
            'CREATE TRIGGER audited AFTER INSERT ON %s FOR EACH ROW EXECUTE FUNCTION ops.write_audit()', target
        );
    END LOOP;
    EXECUTE 'CREATE TRIGGER audited AFTER INSERT ON ops.approval FOR EACH ROW '
        'WHEN (new.order_id IS NOT NULL) EXECUTE FUNCTION ops.write_audit()';
END
$$;
REVOKE INSERT ON ops.order_move, ops.leg_move FROM cunfang_pipeline;
-- To lock an order or a transfer while something happens to it, not to change it: triggers refuse every change.
GRANT UPDATE (order_id) ON ops.transfer_order, ops.transfer_leg TO cunfang_pipeline;
