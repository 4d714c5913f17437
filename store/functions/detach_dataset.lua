-- detach_dataset: a dataset is attached to a queue no more, and a fence covers its entries there from now on.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue dataset total
--   total  how many entries it is about
--
-- Returns one of
--   {'ok', seq, chain, clock, operation_begun}   its chunks remove the entries; its number is this seq
--   {'not_found', seq, chain, clock, 'queue' | 'dataset' | 'attachment'}
change('detach_dataset', { 'allow-oom' }, function(call, arg)
  local P, queue = call.P, queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  if redis.call('SISMEMBER', keys.datasets(P), arg.dataset) == 0 then return negative(call, 'not_found', 'dataset') end
  if redis.call('HEXISTS', keys.attached(P, arg.queue), arg.dataset) == 0 then
    return negative(call, 'not_found', 'attachment')
  end
  local answer = commit(call, 'operation_begun', {
    verb = VERB.DETACH_DATASET, queues = { queue.number }, dataset = tonumber(arg.dataset), content = 0, items = {}, delayed = {},
    total = tonumber(arg.total), last = tonumber(redis.call('HGET', keys.totals(P), 'entries')),
  })
  redis.call('HSET', call.header, 'fenced', 1)
  return answer
end)
