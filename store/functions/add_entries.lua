-- add_entries: items become entries of a queue, at its tail, in the order given.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue dataset expected added_seq priority cursor runs classes
--   dataset   the attachment these items follow, or 0: chosen items
--   expected  the attachment's cursor that the caller read (0 for chosen items)
--   added_seq the queue's last addition that the caller knew when it looked what is there already
--   cursor    last item number of the dataset that is covered after this (0 for chosen items)
--   runs      packed list of {index into classes, first item, count}
--   classes   packed list of requirement classes {skill…}
--
-- Returns one of
--   {'ok', seq, chain, clock, entries_added}
--   {'not_found', seq, chain, clock, 'queue' | 'attachment' | 'dataset'}
--   {'stale_cursor', seq, chain, clock}           somebody added since: read again
--   {'too_many_classes', seq, chain, clock}       chosen items only; a dataset's are counted as not added
change('add_entries', {}, function(call, arg)
  local queue = queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  local chosen = arg.dataset == '0'
  if chosen and fences.deleted(call.P, cmsgpack.unpack(arg.runs)) then return negative(call, 'not_found', 'dataset') end
  local follows = chosen and { 0 } or attached.load(call.P, arg.queue, arg.dataset)
  if not follows then return negative(call, 'not_found', 'attachment') end
  if follows[1] ~= tonumber(arg.expected) or delays.added_seq(call.P, queue.added_seq) ~= tonumber(arg.added_seq) then
    return negative(call, 'stale_cursor')
  end
  local class_of, added, refused = classes.assigned(queue, cmsgpack.unpack(arg.classes))
  if chosen and refused > 0 then return negative(call, 'too_many_classes') end
  local runs, count, not_added = classes.placed(cmsgpack.unpack(arg.runs), class_of)
  return commit(call, 'entries_added', {
    queue = queue.number, dataset = tonumber(arg.dataset), cursor = tonumber(arg.cursor),
    priority = tonumber(arg.priority), first = tonumber(redis.call('HGET', keys.totals(call.P), 'entries')) + 1,
    count = count, runs = runs, classes = added, not_added = not_added,
  })
end)
