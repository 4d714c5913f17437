-- begin_operation: a bulk verb begins. Its chunks follow as changes of their own, each once, whoever drives.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    verb queues dataset content total
--   queues   packed list of the queues it concerns
--   dataset  the dataset it concerns, or 0
--   content  id of the bytes in Postgres that say what is to be done
--   total    how many tasks or items it is about
--
-- Returns one of
--   {'ok', seq, chain, clock, operation_begun}   its number is this seq
--   {'not_found', seq, chain, clock, 'queue' | 'dataset'}
--   {'archived', seq, chain, clock, queue}         what an archived queue refuses
change('begin_operation', {}, function(call, arg)
  local in_queues, P = cmsgpack.unpack(arg.queues), call.P
  for _, number in ipairs(in_queues) do
    local queue = queues.load(P, number)
    if not queue then return negative(call, 'not_found', 'queue') end
    if tonumber(arg.verb) == SET_PRIORITY and queue.control.archived == 1 then
      return negative(call, 'archived', text(number))
    end
  end
  if arg.dataset ~= '0' and redis.call('SISMEMBER', keys.datasets(P), arg.dataset) == 0 then
    return negative(call, 'not_found', 'dataset')
  end
  return commit(call, 'operation_begun', {
    verb = tonumber(arg.verb), queues = in_queues, dataset = tonumber(arg.dataset),
    content = tonumber(arg.content), total = tonumber(arg.total),
    last = tonumber(redis.call('HGET', keys.totals(P), 'entries')),
  })
end)
