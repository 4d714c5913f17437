-- QA tasks: of which entry of the labeling queue `source` each is, who may not have it, and which submission of each slot
-- was there when it came in.
CREATE TABLE view_qa (
    project      bigint   NOT NULL,
    entry        bigint   NOT NULL,
    queue        bigint   NOT NULL,
    source       bigint   NOT NULL,
    source_entry bigint   NOT NULL,
    people       bigint[] NOT NULL,
    submitted    bigint[] NOT NULL,
    made_seq     bigint   NOT NULL,
    PRIMARY KEY (project, entry)
);
CREATE INDEX view_qa_of_item ON view_qa (project, source_entry, queue, entry);
CREATE INDEX view_qa_of_queue ON view_qa (project, queue);

-- What a labeling queue has finished, in the order in which it was.
CREATE INDEX view_task_finished ON view_task (project, queue, updated_seq, entry) WHERE state IN (6, 7);
