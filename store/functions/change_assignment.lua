-- change_assignment: when one person's work in a queue is to be done, how urgent it is, and a note about it.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person expected due_ms priority content reason
--   expected  seq of the event that wrote these last, 0: none did; '': whichever
--   due_ms    wall ms, 0: as the queue; '' leaves it
--   priority  a rank, -1: as the queue; '' leaves it
--   content   id of the note in Postgres, 0: none; '' leaves it
--   reason    id of the reason in Postgres
--
-- Returns one of
--   {'ok', seq, chain, clock, assignment_changed}
--   {'not_found', seq, chain, clock, 'queue' | 'person'}
--   {'stale_etag', seq, chain, clock}   they were written since: read them again
local AS_THE_QUEUE = -1

local function given(word, before) return word == '' and before or tonumber(word) end

change('change_assignment', {}, function(call, arg)
  if not queues.load(call.P, arg.queue) then return negative(call, 'not_found', 'queue') end
  if not people.load(call.P, arg.person) then return negative(call, 'not_found', 'person') end
  local terms = unpacked(redis.call('HGET', keys.terms(call.P, arg.queue), arg.person),
    { due_ms = 0, priority = AS_THE_QUEUE, content = 0, changed = 0 })
  if arg.expected ~= '' and arg.expected ~= text(terms.changed) then return negative(call, 'stale_etag') end
  return commit(call, 'assignment_changed', {
    queue = tonumber(arg.queue), person = tonumber(arg.person), due_ms = given(arg.due_ms, terms.due_ms),
    priority = given(arg.priority, terms.priority), content = given(arg.content, terms.content),
    reason = tonumber(arg.reason),
  })
end)
