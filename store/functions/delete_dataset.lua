-- delete_dataset: a dataset is no more; where it is attached, it is detached by the same event.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    dataset queues total force
--   queues  packed list of all queues that it is attached to, as far as the caller knows
--   total   how many entries there are of it
--   force   1: also if it is attached anywhere
--
-- Returns one of
--   {'ok', seq, chain, clock, operation_begun}   its chunks remove the entries; its number is this seq
--   {'not_found', seq, chain, clock, 'dataset'}
--   {'in_use', seq, chain, clock, queues}        attached to so many
--   {'stale_queues', seq, chain, clock}          it is attached to others: read again
change('delete_dataset', { 'allow-oom' }, function(call, arg)
  local P, in_queues = call.P, cmsgpack.unpack(arg.queues)
  if redis.call('SISMEMBER', keys.datasets(P), arg.dataset) == 0 then return negative(call, 'not_found', 'dataset') end
  local uses = number_or(redis.call('HGET', keys.followed(P), arg.dataset), 0)
  if uses > 0 and arg.force ~= '1' then return negative(call, 'in_use', text(uses)) end
  for _, queue in ipairs(in_queues) do
    if redis.call('HEXISTS', keys.attached(P, queue), arg.dataset) == 0 then return negative(call, 'stale_queues') end
  end
  if #in_queues ~= uses then return negative(call, 'stale_queues') end
  local answer = commit(call, 'operation_begun', {
    verb = VERB.DELETE_DATASET, queues = in_queues, dataset = tonumber(arg.dataset), content = 0, items = {}, delayed = {},
    total = tonumber(arg.total), last = tonumber(redis.call('HGET', keys.totals(P), 'entries')),
  })
  redis.call('HSET', call.header, 'fenced', 1)
  return answer
end)
