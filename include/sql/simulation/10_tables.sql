-- Work tables of a turn: the runs that are tried, the submissions that are copied for them, and what differs in these.
CREATE TEMPORARY TABLE variant (
    run_id bigint PRIMARY KEY,
    template_id bigint NOT NULL,
    rulebook_id bigint NOT NULL
) ON COMMIT DROP;

CREATE TEMPORARY TABLE replaced (
    run_id bigint NOT NULL,
    original_id bigint NOT NULL,
    copy_id bigint PRIMARY KEY,
    number integer NOT NULL
) ON COMMIT DROP;

CREATE TEMPORARY TABLE patch (
    copy_id bigint NOT NULL,
    record_no integer NOT NULL,
    changes jsonb NOT NULL,
    dropped boolean NOT NULL
) ON COMMIT DROP;
