ALTER TABLE ops.leg_event DROP CONSTRAINT done_by_somebody;
ALTER TABLE ops.order_event DROP CONSTRAINT done_by_somebody;
ALTER TABLE ops.transfer_leg
DROP CONSTRAINT amounts_are_figures,
DROP CONSTRAINT between_two_accounts;
ALTER TABLE ops.transfer_order
DROP CONSTRAINT terms_are_figures,
DROP CONSTRAINT drafted_by_somebody;
DROP TRIGGER evidence ON ops.leg_event;
DROP FUNCTION ops.check_evidence();
DROP TRIGGER laid_out_right ON ops.order_event;
DROP FUNCTION ops.check_paper();
DROP FUNCTION ops.odd_legs(bigint);
CREATE OR REPLACE FUNCTION ops.check_approval() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP FUNCTION ops.person(text);
DROP TRIGGER a_clock ON ops.leg_event;
DROP TRIGGER a_clock ON ops.order_event;
DROP FUNCTION ops.stamp();
DROP FUNCTION ops.objection_hold(bigint);
DROP FUNCTION ops.objections(bigint);
