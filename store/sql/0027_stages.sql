-- When the data of a queue were submitted, wall ms; 0: they are not. stage: 1 pending, 2 in progress, 3 pending review,
-- 4 review passed, 5 data submitted.
ALTER TABLE view_queue
    ADD COLUMN submitted_wall bigint NOT NULL DEFAULT 0;
ALTER TABLE view_queue
    ADD COLUMN stage smallint NOT NULL GENERATED ALWAYS AS
        (CASE WHEN submitted_wall > 0 THEN 5
              WHEN delayed + queued + assigned + in_progress + returned + escalated = 0 AND completed + discarded > 0
              THEN CASE WHEN with_issues > 0 THEN 2 WHEN for_review > 0 THEN 3 ELSE 4 END
              WHEN in_progress + returned + completed + discarded + annotated > 0 THEN 2
              ELSE 1
         END) STORED;
