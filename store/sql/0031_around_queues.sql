-- What dibs keeps of a queue for others, as lists filter by it: tags, related (queue_ids), channel (1 PIPELINE,
-- 2 or nothing WORKFLOW), pipeline, metadata.
ALTER TABLE view_queue
    ADD COLUMN around jsonb NOT NULL DEFAULT '{}';
