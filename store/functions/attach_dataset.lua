-- attach_dataset: the dataset's items, and those added to it later, become tasks of the queue.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue dataset priority classes not_before skip
--   classes     packed list of the requirement classes {skill…} the dataset's items have
--   not_before  wall time in ms before which its items do not become entries, or 0
--   skip        1: whoever adds them passes over those that are done in other queues
--
-- Returns one of
--   {'ok', seq, chain, clock, dataset_attached}
--   {'not_found', seq, chain, clock, 'queue' | 'dataset'}
--   {'already_exists', seq, chain, clock, 'attachment'}
--   {'too_many_classes', seq, chain, clock}
change('attach_dataset', {}, function(call, arg)
  local queue = queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  if redis.call('SISMEMBER', keys.datasets(call.P), arg.dataset) == 0 then
    return negative(call, 'not_found', 'dataset')
  end
  if redis.call('HEXISTS', keys.attached(call.P, arg.queue), arg.dataset) == 1 then
    return negative(call, 'already_exists', 'attachment')
  end
  local _, added, refused = classes.assigned(queue, cmsgpack.unpack(arg.classes))
  if refused > 0 then return negative(call, 'too_many_classes') end
  return commit(call, 'dataset_attached', {
    queue = queue.number, dataset = tonumber(arg.dataset), priority = tonumber(arg.priority),
    not_before = tonumber(arg.not_before), skip = tonumber(arg.skip),
  })
end)
