-- without_reviewer: of review tasks that wait for anybody, how many none of these people may do, be the queue paused or not.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue entries people
--   queue    the stage, by its number
--   entries  packed list of review tasks, 100 at most; those that do not wait are passed over
--   people   packed list of people, 100 at most: all who may review, or more than are kept from any review task
--
-- Returns one of
--   {'ok', seq, chain, clock, count}
--   {'not_found', seq, chain, clock, 'queue'}
local function anybody_for(P, stage, record, list)
  for _, number in ipairs(list) do
    local person = people.load(P, number)
    if person and entitled(person, stage, record, nil) == '' then return true end
  end
  return false
end

read('without_reviewer', function(call, arg)
  local stage, list, count = queues.load(call.P, arg.queue), cmsgpack.unpack(arg.people), 0
  if not stage then return negative(call, 'not_found', 'queue') end
  for _, entry in ipairs(cmsgpack.unpack(arg.entries)) do
    local record = entries.load(call.P, entry)
    if record and record.s[1][1] == QUEUED and not anybody_for(call.P, stage, record, list) then count = count + 1 end
  end
  return value(call, count)
end)
