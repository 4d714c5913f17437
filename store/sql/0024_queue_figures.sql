-- What lists of queues show, search and are ordered by. name: the display name, or the queue's id; annotated: tasks
-- with work in them; with_issues, for_review: items, which only reviews count; updated_wall: when anything of the
-- queue changed last. What follows from the counters is computed here, once for lists, filters and answers.
ALTER TABLE view_queue
    ADD COLUMN name         text   NOT NULL DEFAULT '',
    ADD COLUMN description  text   NOT NULL DEFAULT '',
    ADD COLUMN annotated    bigint NOT NULL DEFAULT 0,
    ADD COLUMN with_issues  bigint NOT NULL DEFAULT 0,
    ADD COLUMN for_review   bigint NOT NULL DEFAULT 0,
    ADD COLUMN updated_wall bigint NOT NULL DEFAULT 0,
    ADD COLUMN remaining bigint NOT NULL GENERATED ALWAYS AS
        (delayed + queued + assigned + in_progress + returned + escalated) STORED,
    ADD COLUMN total bigint NOT NULL GENERATED ALWAYS AS
        (delayed + queued + assigned + in_progress + returned + escalated + completed + discarded) STORED,
    ADD COLUMN progress smallint NOT NULL GENERATED ALWAYS AS
        (CASE WHEN completed + discarded = 0 THEN 0
              ELSE (completed + discarded) * 100
                   / (delayed + queued + assigned + in_progress + returned + escalated + completed + discarded)
         END) STORED,
    -- 1 TODO, 2 IN_PROGRESS, 3 COMPLETED, 4 COMPLETED_WITH_ISSUES. An empty queue is TODO.
    ADD COLUMN status smallint NOT NULL GENERATED ALWAYS AS
        (CASE WHEN delayed + queued + assigned + in_progress + returned + escalated = 0 AND completed + discarded > 0
              THEN CASE WHEN with_issues + for_review > 0 THEN 4 ELSE 3 END
              WHEN in_progress + returned + completed + discarded + annotated > 0 THEN 2
              ELSE 1
         END) STORED,
    ADD COLUMN name_order text NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
    -- Without a date: last.
    ADD COLUMN due_order bigint NOT NULL GENERATED ALWAYS AS
        (CASE WHEN due_ms = 0 THEN 9007199254740991 ELSE due_ms END) STORED;

DROP INDEX view_queue_by_due;
CREATE INDEX view_queue_by_due ON view_queue (project, due_order, queue);
CREATE INDEX view_queue_by_name ON view_queue (project, name_order, queue);
CREATE INDEX view_queue_by_update ON view_queue (project, updated_wall, queue);
CREATE INDEX view_queue_by_progress ON view_queue (project, progress, queue);
-- Tasks of a person by state, in whatever queues.
CREATE INDEX view_count_by_value ON view_count (project, dimension, value);

-- Datasets that are attached to a queue, or of which items were added, and that were not detached since.
CREATE TABLE view_queue_dataset (
    project bigint NOT NULL,
    queue   bigint NOT NULL,
    dataset bigint NOT NULL,
    PRIMARY KEY (project, queue, dataset)
);

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
