-- Who has skipped an item, and whether its free slots are held back for that:
-- the same on every row of its tasks.
ALTER TABLE view_task ADD COLUMN skipped bigint[] NOT NULL DEFAULT '{}';
ALTER TABLE view_task ADD COLUMN escalated boolean NOT NULL DEFAULT false;
ALTER TABLE view_queue ADD COLUMN escalated bigint NOT NULL DEFAULT 0;
