-- What allocation in a queue depends on, whole as its event wrote it; columns
-- where lists are ordered or filtered by it.
ALTER TABLE view_queue
    DROP COLUMN lease_ms,
    DROP COLUMN max_held,
    DROP COLUMN allowed,
    DROP COLUMN statuses,
    ADD COLUMN owner   bigint NOT NULL,
    ADD COLUMN due_ms  bigint NOT NULL,
    ADD COLUMN rules   jsonb  NOT NULL,
    ADD COLUMN set_seq bigint NOT NULL;
