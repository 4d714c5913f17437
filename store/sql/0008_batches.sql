-- Batches that a queue has issued so far.
ALTER TABLE view_queue ADD COLUMN batches bigint NOT NULL DEFAULT 0;
