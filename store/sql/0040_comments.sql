-- What people say about tasks and issues. unit, issue: of the issue, 0: it is about the task; what it says is content.
CREATE TABLE view_comment (
    project bigint   NOT NULL,
    seq     bigint   NOT NULL,
    queue   bigint   NOT NULL,
    entry   bigint   NOT NULL,
    slot    smallint NOT NULL,
    unit    integer  NOT NULL,
    issue   bigint   NOT NULL,
    person  bigint   NOT NULL,
    content bigint   NOT NULL,
    wall    bigint   NOT NULL
);
CREATE INDEX view_comment_of_queue ON view_comment (project, queue);
CREATE INDEX view_comment_of_task ON view_comment (project, entry, slot, seq);
ALTER TABLE view_comment ADD PRIMARY KEY (project, seq);
