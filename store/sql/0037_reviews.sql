-- Reviews: what is submitted is looked at unit by unit. A task under review is counted by itself; corrections are tasks
-- without a status that have an issue, open or for review.
ALTER TABLE view_queue
    DROP COLUMN remaining,
    DROP COLUMN total,
    DROP COLUMN progress,
    DROP COLUMN status,
    DROP COLUMN stage,
    ADD COLUMN in_review   bigint NOT NULL DEFAULT 0,
    ADD COLUMN corrections bigint NOT NULL DEFAULT 0;
ALTER TABLE view_queue
    ADD COLUMN remaining bigint NOT NULL GENERATED ALWAYS AS
        (delayed + queued + assigned + in_progress + returned + escalated) STORED,
    ADD COLUMN total bigint NOT NULL GENERATED ALWAYS AS
        (delayed + queued + assigned + in_progress + returned + escalated + in_review + completed + discarded) STORED,
    ADD COLUMN progress smallint NOT NULL GENERATED ALWAYS AS
        (CASE WHEN in_review + completed + discarded = 0 THEN 0
              ELSE (in_review + completed + discarded) * 100
                   / (delayed + queued + assigned + in_progress + returned + escalated
                      + in_review + completed + discarded)
         END) STORED,
    -- 1 TODO, 2 IN_PROGRESS, 3 COMPLETED, 4 COMPLETED_WITH_ISSUES. An empty queue is TODO.
    ADD COLUMN status smallint NOT NULL GENERATED ALWAYS AS
        (CASE WHEN delayed + queued + assigned + in_progress + returned + escalated = corrections
                   AND corrections + in_review + completed + discarded > 0
              THEN CASE WHEN with_issues + for_review > 0 THEN 4 ELSE 3 END
              WHEN in_progress + returned + in_review + completed + discarded + annotated > 0 THEN 2
              ELSE 1
         END) STORED,
    -- 1 pending, 2 in progress, 3 pending review, 4 review passed, 5 data submitted.
    ADD COLUMN stage smallint NOT NULL GENERATED ALWAYS AS
        (CASE WHEN submitted_wall > 0 THEN 5
              WHEN delayed + queued + assigned + in_progress + returned + escalated = 0
                   AND in_review + completed + discarded > 0
              THEN CASE WHEN with_issues > 0 THEN 2 WHEN in_review + for_review > 0 THEN 3 ELSE 4 END
              WHEN in_progress + returned + in_review + completed + discarded + annotated > 0 THEN 2
              ELSE 1
         END) STORED;
CREATE INDEX view_queue_by_progress ON view_queue (project, progress, queue);

-- round: how often it was submitted; reviews: how many of it are finished, the last one by the reviewer; open_issues,
-- fixed_issues: its issues that are open, and for review.
ALTER TABLE view_task
    ADD COLUMN round        integer NOT NULL DEFAULT 0,
    ADD COLUMN reviews      integer NOT NULL DEFAULT 0,
    ADD COLUMN reviewer     bigint  NOT NULL DEFAULT 0,
    ADD COLUMN open_issues  integer NOT NULL DEFAULT 0,
    ADD COLUMN fixed_issues integer NOT NULL DEFAULT 0;

-- What the reviews of a queue follow: rules of the event set_seq; the rest is content.
CREATE TABLE view_review_settings (
    project bigint NOT NULL,
    queue   bigint NOT NULL,
    rules   jsonb  NOT NULL,
    content bigint NOT NULL,
    set_seq bigint NOT NULL
);

-- Everybody who ever submitted a task.
CREATE TABLE view_author (
    project bigint   NOT NULL,
    entry   bigint   NOT NULL,
    slot    smallint NOT NULL,
    queue   bigint   NOT NULL,
    person  bigint   NOT NULL
);
CREATE INDEX view_author_of_queue ON view_author (project, queue);

-- Units by their numbers in the task. action, reviewer, acted_wall: of the last decision; issue: the decision that opened
-- its last issue, 0: there was none.
CREATE TABLE view_unit (
    project     bigint   NOT NULL,
    entry       bigint   NOT NULL,
    slot        smallint NOT NULL,
    unit        integer  NOT NULL,
    queue       bigint   NOT NULL,
    external_id text     NOT NULL,
    class       text     NOT NULL,
    digest      bytea    NOT NULL,
    state       smallint NOT NULL,
    round       integer  NOT NULL,
    first_round integer  NOT NULL,
    author      bigint   NOT NULL,
    rejects     integer  NOT NULL,
    reviewer    bigint   NOT NULL,
    action      smallint NOT NULL,
    acted_wall  bigint   NOT NULL,
    issue       bigint   NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX view_unit_by_external_id ON view_unit (project, external_id, entry, slot, unit) WHERE external_id <> '';
CREATE INDEX view_unit_of_queue ON view_unit (project, queue);

-- Review tasks, by the numbers of their entries, of a task (of_entry, of_slot). mapped: whom it waits for, 0: anybody;
-- units: all that it is about, pending: those not decided about.
CREATE TABLE view_review (
    project      bigint    NOT NULL,
    review       bigint    NOT NULL,
    queue        bigint    NOT NULL,
    kind         smallint  NOT NULL,
    of_entry     bigint    NOT NULL,
    of_slot      smallint  NOT NULL,
    item         bigint    NOT NULL,
    round        integer   NOT NULL,
    author       bigint    NOT NULL,
    state        smallint  NOT NULL,
    mapped       bigint    NOT NULL,
    person       bigint    NOT NULL,
    token        bigint    NOT NULL,
    deadline     bigint    NOT NULL,
    ended        text      NOT NULL,
    chosen_by    smallint  NOT NULL,
    units        integer[] NOT NULL,
    pending      integer[] NOT NULL,
    made_wall    bigint    NOT NULL,
    granted_wall bigint    NOT NULL,
    ended_wall   bigint    NOT NULL,
    updated_seq  bigint    NOT NULL,
    updated_wall bigint    NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX view_review_of_queue ON view_review (project, queue, kind, review);
CREATE INDEX view_review_of_task ON view_review (project, of_entry, of_slot, review);
CREATE INDEX view_review_of_person ON view_review (project, person, state, review);
CREATE INDEX view_review_by_update ON view_review (project, updated_seq, review);
CREATE INDEX view_review_by_end ON view_review (project, ended_wall) WHERE ended_wall > 0;
CREATE INDEX view_review_unfinished ON view_review (project, queue, kind, review) WHERE state NOT IN (6, 9);
CREATE INDEX view_review_unfinished_of_task ON view_review (project, of_entry, of_slot) WHERE state NOT IN (6, 9);

-- Objections to units. seq: the decision that opened it; reviewer, reason, content: of the last one that did; place: which
-- of the missing labels there.
CREATE TABLE view_issue (
    project      bigint   NOT NULL,
    entry        bigint   NOT NULL,
    slot         smallint NOT NULL,
    unit         integer  NOT NULL,
    seq          bigint   NOT NULL,
    queue        bigint   NOT NULL,
    item         bigint   NOT NULL,
    external_id  text     NOT NULL,
    class        text     NOT NULL,
    state        smallint NOT NULL,
    kind         smallint NOT NULL,
    author       bigint   NOT NULL,
    reviewer     bigint   NOT NULL,
    reason       text     NOT NULL,
    content      bigint   NOT NULL,
    place        smallint NOT NULL,
    opened_wall  bigint   NOT NULL,
    fixed_wall   bigint   NOT NULL,
    closed_wall  bigint   NOT NULL,
    updated_seq  bigint   NOT NULL,
    updated_wall bigint   NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX view_issue_in_order ON view_issue (project, seq, entry, slot, unit);
CREATE INDEX view_issue_by_update ON view_issue (project, updated_seq, entry, slot, unit);
CREATE INDEX view_issue_of_queue ON view_issue (project, queue, state, seq);
CREATE INDEX view_issue_of_author ON view_issue (project, author, state, seq);
CREATE INDEX view_issue_of_reviewer ON view_issue (project, reviewer, state, seq);

-- Decisions about units, and labels reported missing (action 4). first: nobody had decided about the unit; before,
-- before_by: the decision that this one comes after, and whose it was.
CREATE TABLE view_decision (
    project   bigint   NOT NULL,
    seq       bigint   NOT NULL,
    unit      integer  NOT NULL,
    queue     bigint   NOT NULL,
    kind      smallint NOT NULL,
    entry     bigint   NOT NULL,
    slot      smallint NOT NULL,
    round     integer  NOT NULL,
    author    bigint   NOT NULL,
    reviewer  bigint   NOT NULL,
    class     text     NOT NULL,
    action    smallint NOT NULL,
    first     boolean  NOT NULL,
    before    smallint NOT NULL,
    before_by bigint   NOT NULL,
    reason    text     NOT NULL,
    wall      bigint   NOT NULL
);
CREATE INDEX view_decision_by_time ON view_decision (project, wall);
CREATE INDEX view_decision_of_queue ON view_decision (project, queue, wall);
CREATE INDEX view_decision_first ON view_decision (project, queue, author, class, seq) WHERE first;

-- Submissions that were reviewed. result: the state of the task by its review; 0: it is under review, or was taken back.
CREATE TABLE view_round (
    project        bigint   NOT NULL,
    entry          bigint   NOT NULL,
    slot           smallint NOT NULL,
    round          integer  NOT NULL,
    queue          bigint   NOT NULL,
    author         bigint   NOT NULL,
    submitted_wall bigint   NOT NULL,
    ended_wall     bigint   NOT NULL,
    result         smallint NOT NULL
);
CREATE INDEX view_round_by_end ON view_round (project, ended_wall) WHERE ended_wall > 0;
CREATE INDEX view_round_of_queue ON view_round (project, queue, ended_wall);

-- The keys come last: of two indexes that cost the same, which in an empty table all do, the newest is taken.
ALTER TABLE view_review_settings ADD PRIMARY KEY (project, queue);
ALTER TABLE view_author ADD PRIMARY KEY (project, entry, slot, person);
ALTER TABLE view_unit ADD PRIMARY KEY (project, entry, slot, unit);
ALTER TABLE view_review ADD PRIMARY KEY (project, review);
ALTER TABLE view_issue ADD PRIMARY KEY (project, entry, slot, unit, seq);
ALTER TABLE view_decision ADD PRIMARY KEY (project, seq, unit);
ALTER TABLE view_round ADD PRIMARY KEY (project, entry, slot, round);

-- The projector makes all views anew from the log.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables
                 WHERE schemaname = current_schema() AND tablename LIKE 'view\_%' LOOP
        EXECUTE format('TRUNCATE %I', name);
    END LOOP;
END $$;
