-- How far the work of a queue has been dealt out: the entries up to this one; -1: nothing there is.
ALTER TABLE view_queue ADD COLUMN dealt bigint NOT NULL DEFAULT -1;
CREATE INDEX view_queue_dealt ON view_queue (project, queue) WHERE dealt >= 0;
