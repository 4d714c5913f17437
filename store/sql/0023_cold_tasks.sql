-- Tasks of archived queues that are finished or removed are kept apart from those that people work on. Whoever reads
-- or writes view_task finds both; store/cold.py moves rows, and `settled` says that it has nothing to do in a queue.
DROP TABLE view_task;
CREATE TABLE view_task (
    project       bigint   NOT NULL,
    entry         bigint   NOT NULL,
    slot          smallint NOT NULL,
    queue         bigint   NOT NULL,
    item          bigint   NOT NULL,
    class         bigint   NOT NULL,
    priority      smallint NOT NULL,
    state         smallint NOT NULL,
    person        bigint   NOT NULL,
    token         bigint   NOT NULL,
    deadline      bigint   NOT NULL,
    returned      boolean  NOT NULL,
    ended         text     NOT NULL,
    submitted_seq bigint   NOT NULL,
    status        integer  NOT NULL,
    meaning       smallint NOT NULL,
    late          boolean  NOT NULL,
    spent_ms      bigint   NOT NULL,
    units         integer  NOT NULL,
    content       bigint   NOT NULL,
    draft         boolean  NOT NULL,
    skipped       bigint[] NOT NULL,
    escalated     boolean  NOT NULL,
    updated_seq   bigint   NOT NULL,
    updated_wall  bigint   NOT NULL,
    cold          boolean  NOT NULL,
    PRIMARY KEY (project, entry, slot, cold)
) PARTITION BY LIST (cold);
CREATE TABLE task_hot PARTITION OF view_task FOR VALUES IN (false) WITH (fillfactor = 80);
CREATE TABLE task_cold PARTITION OF view_task FOR VALUES IN (true);
CREATE INDEX view_task_by_queue ON view_task (project, queue, state, entry);
CREATE INDEX view_task_by_person ON view_task (project, person, state);
CREATE INDEX view_task_in_order ON view_task (project, queue, entry, slot);

ALTER TABLE view_queue ADD COLUMN settled boolean NOT NULL DEFAULT true;
CREATE INDEX view_queue_unsettled ON view_queue (project, queue) WHERE NOT settled;

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
