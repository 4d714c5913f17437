-- Items that are in a queue and wait for their time, to become entries then.

CREATE TABLE view_delayed (
    project    bigint NOT NULL,
    delayed    bigint NOT NULL,
    queue      bigint NOT NULL,
    dataset    bigint NOT NULL,
    not_before bigint NOT NULL,
    first_item bigint NOT NULL,
    count      bigint NOT NULL,
    PRIMARY KEY (project, delayed, first_item)
);
CREATE INDEX view_delayed_by_item ON view_delayed (project, queue, first_item);

ALTER TABLE view_queue ADD COLUMN delayed bigint NOT NULL DEFAULT 0;
ALTER TABLE view_attachment ADD COLUMN not_before bigint NOT NULL DEFAULT 0;
