-- ClearWaiting: a task without a row of an entry up to `cleared` is removed, not waiting.
ALTER TABLE view_queue ADD COLUMN cleared bigint NOT NULL DEFAULT 0;
