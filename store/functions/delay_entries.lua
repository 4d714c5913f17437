-- delay_entries: items come into a queue, and become entries of it when their time has come.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue dataset expected added_seq priority cursor runs classes not_before
--   not_before  wall time in ms; the others are those of add_entries
--
-- Returns one of
--   {'ok', seq, chain, clock, delayed}
--   {'not_found', seq, chain, clock, 'queue' | 'attachment' | 'dataset'}
--   {'not_delayed', seq, chain, clock}            that time has come already: add them
--   {'stale_cursor', seq, chain, clock}           somebody added since: read again
--   {'too_many_classes', seq, chain, clock}       chosen items only; a dataset's are counted as not added
change('delay_entries', {}, function(call, arg)
  local queue = queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  if tonumber(arg.not_before) <= delays.now(call) then return negative(call, 'not_delayed') end
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
  return commit(call, 'delayed', {
    queue = queue.number, dataset = tonumber(arg.dataset), cursor = tonumber(arg.cursor),
    priority = tonumber(arg.priority), not_before = tonumber(arg.not_before),
    count = count, runs = runs, classes = added, not_added = not_added,
  })
end)
