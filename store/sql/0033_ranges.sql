-- Ranges: which places of a queue's order are whose, and the entries at their ends.
CREATE TABLE view_range (
    project     bigint NOT NULL,
    queue       bigint NOT NULL,
    number      bigint NOT NULL,
    person      bigint NOT NULL,
    first       bigint NOT NULL,
    last        bigint NOT NULL,
    first_entry bigint NOT NULL,
    last_entry  bigint NOT NULL,
    PRIMARY KEY (project, queue, number)
);
