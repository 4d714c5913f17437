-- What was said of one person's work in a queue. due_ms 0, priority -1: as the queue; content: the note, 0: none.
CREATE TABLE view_assignment (
    project      bigint   NOT NULL,
    queue        bigint   NOT NULL,
    person       bigint   NOT NULL,
    due_ms       bigint   NOT NULL,
    priority     smallint NOT NULL,
    content      bigint   NOT NULL,
    changed      bigint   NOT NULL,
    changed_wall bigint   NOT NULL,
    PRIMARY KEY (project, queue, person)
);
