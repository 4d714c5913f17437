-- What lists are ordered and counted by.

-- Tasks of a queue by priority, status (0: none) and holder (0: nobody), so that
-- a list of one of them has its total without counting rows.
CREATE TABLE view_count (
    project   bigint NOT NULL,
    queue     bigint NOT NULL,
    dimension text   NOT NULL,
    value     bigint NOT NULL,
    tasks     bigint NOT NULL,
    PRIMARY KEY (project, queue, dimension, value)
) WITH (fillfactor = 70);

CREATE INDEX view_task_in_order ON view_task (project, queue, entry, slot);
CREATE INDEX view_queue_by_due ON view_queue (project, due_ms, queue);
CREATE INDEX view_queue_by_priority ON view_queue (project, priority, queue);
CREATE INDEX view_queue_by_creation ON view_queue (project, created_seq);
CREATE INDEX view_queue_by_owner ON view_queue (project, owner, queue);

-- What is there already has to be counted: the projector makes all views anew from the log.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables
                 WHERE schemaname = current_schema() AND tablename LIKE 'view\_%' LOOP
        EXECUTE format('TRUNCATE %I', name);
    END LOOP;
END $$;
