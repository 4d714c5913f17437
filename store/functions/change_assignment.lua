-- change_assignment: when a share or a range is to be done, how urgent it is, and a note about it.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person range expected due_ms priority content reason
--   person    whose share it is; not read of a range
--   range     number of the range, 0: it is a share
--   expected  seq of the event that wrote these last, 0: none did; '': whichever
--   due_ms    wall ms, 0: as the queue; '' leaves it
--   priority  a rank, -1: as the queue; '' leaves it
--   content   id of the note in Postgres, 0: none; '' leaves it
--   reason    id of the reason in Postgres
--
-- Returns one of
--   {'ok', seq, chain, clock, assignment_changed}
--   {'not_found', seq, chain, clock, 'queue' | 'person' | 'range'}
--   {'stale_etag', seq, chain, clock}   they were written since: read them again
local AS_THE_QUEUE = -1

local function given(word, before) return word == '' and before or tonumber(word) end

-- Whose it is and what was said of it, or what of it is not there.
local function asked_for(P, arg)
  if not queues.load(P, arg.queue) then return nil, 'queue' end
  if arg.range ~= '0' then
    local range = ranges.load(P, arg.queue, arg.range)
    return range, not range and 'range'
  end
  if not people.load(P, arg.person) then return nil, 'person' end
  local terms = unpacked(redis.call('HGET', keys.terms(P, arg.queue), arg.person),
    { due_ms = 0, priority = AS_THE_QUEUE, content = 0, changed = 0 })
  terms.person = tonumber(arg.person)
  return terms
end

change('change_assignment', {}, function(call, arg)
  local terms, missing = asked_for(call.P, arg)
  if missing then return negative(call, 'not_found', missing) end
  if arg.expected ~= '' and arg.expected ~= text(terms.changed) then return negative(call, 'stale_etag') end
  return commit(call, 'assignment_changed', {
    queue = tonumber(arg.queue), person = terms.person, range = tonumber(arg.range),
    due_ms = given(arg.due_ms, terms.due_ms), priority = given(arg.priority, terms.priority),
    content = given(arg.content, terms.content), reason = tonumber(arg.reason),
  })
end)
