-- Which run of the DAG `sign` asks for which signature: so that a step is put up once at a time, and one whose run was
-- lost is found and put up again (S26).
CREATE TABLE ops.sign_request (
    request_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint NOT NULL,
    step_no integer NOT NULL,
    round integer NOT NULL,
    dag_run text NOT NULL CHECK (dag_run <> ''),
    requested_at timestamptz NOT NULL DEFAULT ops.moment(),
    FOREIGN KEY (order_id, step_no) REFERENCES ops.sign_step
);
CREATE INDEX ON ops.sign_request (order_id, round, step_no, request_id);
COMMENT ON TABLE ops.sign_request IS '提请签批：哪一次运行把指令的哪一环节提请签批';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ops.sign_request
FOR EACH STATEMENT EXECUTE FUNCTION eval.refuse_change();
