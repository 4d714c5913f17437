-- How a queue is steered. paused: 0, or the mode, 1 DRAIN or 2 RECALL.
ALTER TABLE view_queue
    ADD COLUMN paused   smallint NOT NULL DEFAULT 0,
    ADD COLUMN archived boolean  NOT NULL DEFAULT false;
