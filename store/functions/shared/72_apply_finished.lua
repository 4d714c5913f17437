-- Effects of events about priorities.

-- Untouched entries come out of their backlog and become touched ones, free, at their new place.
function apply.prioritised(P, event)
  local b, batch = event.body, effects.begin(P, event.body.entries)
  local queue = queues.load(P, b.queue)
  for _, task in ipairs(b.entries) do
    local waits = task[4] == 1
    local edit = waits and effects.open_waiting(batch, queue, task[1], task[2], task[3])
      or effects.open(batch, task[1])
    edit.after.p = b.rank
  end
  effects.finish(batch)
end
