-- How much somebody submitted, and how much there is of a class: the first of it is reviewed whatever the rates.
CREATE INDEX view_unit_of_author ON view_unit (project, queue, author);
CREATE INDEX view_unit_of_class ON view_unit (project, queue, class);
