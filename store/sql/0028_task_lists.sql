-- What lists of tasks show besides, and are ordered by. submitter, submitted_wall: who submitted it last, and when;
-- editor: whose call changed it last, 0: nobody's.
ALTER TABLE view_task
    ADD COLUMN submitter      bigint NOT NULL DEFAULT 0,
    ADD COLUMN submitted_wall bigint NOT NULL DEFAULT 0,
    ADD COLUMN editor         bigint NOT NULL DEFAULT 0;
CREATE INDEX view_task_by_update ON view_task (project, updated_wall, entry, slot);
CREATE INDEX view_task_of_queue_by_update ON view_task (project, queue, updated_wall, entry, slot);

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
