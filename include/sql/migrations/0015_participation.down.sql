DROP VIEW ops.referral_state, eval.policy_test;
DROP TABLE
ops.referral_event, ops.referral, eval.reference_value, eval.disqualification_decision, eval.disqualification;
DROP TYPE eval.text_span;
COMMENT ON COLUMN eval.participant.role IS NULL;

-- What only this revision can say is said as nearly as the one before it can.
ALTER TABLE eval.indicator DISABLE TRIGGER append_only;
UPDATE eval.indicator
SET
    reference = CASE WHEN reference IN ('last_year', 'county', 'county_others') THEN 'area' ELSE reference END,
    gate = CASE WHEN gate IN ('last_year', 'county', 'county_others') THEN 'area' ELSE gate END;
ALTER TABLE eval.indicator ENABLE TRIGGER append_only;
ALTER TABLE eval.indicator
DROP CONSTRAINT indicator_reference_check,
DROP CONSTRAINT indicator_gate_check,
ADD CONSTRAINT indicator_reference_check CHECK (reference IN ('value', 'area', 'mean', 'best', 'peers', 'targets')),
ADD CONSTRAINT indicator_gate_check CHECK (gate IN ('value', 'area', 'mean', 'best', 'peers', 'targets'));
