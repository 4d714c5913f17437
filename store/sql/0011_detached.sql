-- Datasets that are being detached: their open entries up to `last` are on their way out of the queue.
CREATE TABLE view_detached (
    project   bigint NOT NULL,
    operation bigint NOT NULL,
    queue     bigint NOT NULL,
    dataset   bigint NOT NULL,
    last      bigint NOT NULL,
    PRIMARY KEY (project, operation, queue)
);
