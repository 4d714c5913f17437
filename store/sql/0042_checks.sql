-- What rule services said about submissions; what exactly is in the content, as JSON {"check": …}.
CREATE TABLE view_check (
    project bigint   NOT NULL,
    seq     bigint   NOT NULL,
    queue   bigint   NOT NULL,
    entry   bigint   NOT NULL,
    slot    smallint NOT NULL,
    person  bigint   NOT NULL,
    content bigint   NOT NULL,
    wall    bigint   NOT NULL
);
CREATE INDEX view_check_of_queue ON view_check (project, queue);
CREATE INDEX view_check_of_task ON view_check (project, entry, slot, seq);
ALTER TABLE view_check ADD PRIMARY KEY (project, seq);
