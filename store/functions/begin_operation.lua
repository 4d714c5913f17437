-- begin_operation: a bulk verb begins. Its chunks follow as changes of their own, each once, whoever drives.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    verb queues dataset content total items delayed known
--   queues   packed list of the queues it concerns
--   dataset  the dataset it concerns, or 0
--   content  id of the bytes in Postgres that say what is to be done
--   total    how many tasks or items it is about
--   items    packed list of items that are the dataset's no more from this event on, 1000 at most
--   delayed  packed list of {event that made them wait, {item…}}: they wait in their queue no more
--   known    up to which event it is known what waits, and what the dataset has (see `operations`)
--
-- Returns one of
--   {'ok', seq, chain, clock, operation_begun}   its number is this seq
--   {'not_found', seq, chain, clock, 'queue' | 'dataset'}
--   {'stale_items', seq, chain, clock}             read again what waits
--   {'archived', seq, chain, clock, queue}         what an archived queue refuses
--   {'data_submitted', seq, chain, clock, queue}   what one refuses whose data were submitted
local function still_so(P, delayed, known)
  return delays.known(P) == tonumber(known) and delays.all_wait(P, delayed)
end

change('begin_operation', {}, function(call, arg)
  local in_queues, P = cmsgpack.unpack(arg.queues), call.P
  for _, number in ipairs(in_queues) do
    local queue = queues.load(P, number)
    if not queue then return negative(call, 'not_found', 'queue') end
    if tonumber(arg.verb) == VERB.SET_PRIORITY and queue.control.archived == 1 then
      return negative(call, 'archived', text(number))
    end
    if queue.control.submitted == 1 and tonumber(arg.verb) ~= VERB.REMOVE_DATASET_ITEMS then
      return negative(call, 'data_submitted', text(number))
    end
  end
  if arg.dataset ~= '0' and redis.call('SISMEMBER', keys.datasets(P), arg.dataset) == 0 then
    return negative(call, 'not_found', 'dataset')
  end
  local items, delayed = cmsgpack.unpack(arg.items), cmsgpack.unpack(arg.delayed)
  if #items + #delayed > 0 and not still_so(P, delayed, arg.known) then return negative(call, 'stale_items') end
  return commit(call, 'operation_begun', {
    verb = tonumber(arg.verb), queues = in_queues, dataset = tonumber(arg.dataset),
    content = tonumber(arg.content), total = tonumber(arg.total), items = items, delayed = delayed,
    last = tonumber(redis.call('HGET', keys.totals(P), 'entries')),
  })
end)
