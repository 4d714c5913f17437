-- What was finished last in a queue, for load views and estimates; and whether any item of a project has a weight.
CREATE INDEX view_task_by_submission ON view_task (project, queue, submitted_wall) WHERE submitted_wall > 0;
CREATE INDEX item_with_weight ON item (project, weight) WHERE weight <> 1;
