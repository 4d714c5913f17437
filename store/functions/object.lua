-- object: issues are opened on what was submitted before, outside a review: a manager has found something, or a QA queue.
-- The task loses its status and goes back to its author.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person task as_of units missing content source given held
--   person  who objects
--   task    packed {entry, slot, class, came, rank, slots, skipped, done}: see named.load
--   as_of   the event as of which that is known
--   units   packed list of the units that are returned
--   missing so many labels are reported missing
--   source  the entry of the QA task that says so; 0: none
--   given   packed {round, authors, meaning, status, missing}: what is known of the submission
--   held    packed {slot, token} by which they hold the QA task; '' if there is none
--
-- Returns one of
--   {'ok', seq, chain, clock, objected}
--   {'not_found', seq, chain, clock, 'queue' | 'task' | 'person' | 'source'}   'source': the QA task is not
--                                              there any more, or of another item
--   {'stale_entry', seq, chain, clock}           read again what is known of the entry
--   {'wrong_state', seq, chain, clock, state}    a number: it is not finished, nor under review
--   {'not_eligible', seq, chain, clock, cause}   it is their own work
--   {'lease_lost', seq, chain, clock, detail}    they do not hold the QA task

-- Why this is not for the QA task to say, if it says it.
local function refusal_of_source(call, arg, queue, of)
  if arg.source == '0' then return nil end
  local entry, hold, person = tonumber(arg.source), cmsgpack.unpack(arg.held), people.load(call.P, arg.person)
  if not person then return negative(call, 'not_found', 'person') end
  local record = entries.load(call.P, entry)
  if not record then return negative(call, 'not_found', 'source') end
  local slot, refusal = held_slot(call, record, hold[1], person, hold[2], entry)
  if refusal then return refusal end
  local src = record.src
  if not src or src[1] ~= queue.number or src[2] ~= of then return negative(call, 'not_found', 'source') end
  local cause = slot[1] == ASSIGNED and entitled(person, queues.load(call.P, record.q), record, hold[1]) or ''
  if cause ~= '' then return negative(call, 'not_eligible', cause) end
end

change('object', { 'allow-oom' }, function(call, arg)
  local P, queue, task, given = call.P, queues.load(call.P, arg.queue), cmsgpack.unpack(arg.task), cmsgpack.unpack(arg.given)
  if not queue then return negative(call, 'not_found', 'queue') end
  local refusal = refusal_of_source(call, arg, queue, task[1])
  if refusal then return refusal end
  if fences.covers(P, queue, task[1]) then return negative(call, 'wrong_state', tostring(REMOVED)) end
  local record, from = named.load(P, queue, task, tonumber(arg.as_of))
  if not record then return negative(call, 'stale_entry') end
  local slot = record.s[task[2]]
  if not slot then return negative(call, 'not_found', 'task') end
  if not (FINISHED[slot[1]] or slot[1] == IN_REVIEW) then
    return negative(call, 'wrong_state', tostring(named.state(record, task[2])))
  end
  if reviews.decided_since(record, task[2], tonumber(arg.as_of)) then return negative(call, 'stale_entry') end
  local authors = reviews.joined(given.authors, { slot[2] })
  if contains(authors, tonumber(arg.person)) then return negative(call, 'not_eligible', 'EXCLUDED') end
  return commit(call, 'objected', {
    queue = queue.number, person = tonumber(arg.person),
    tasks = { named.told(task, record, slot[2], from, named.done(queue, record.a, slot[2])) },
    units = cmsgpack.unpack(arg.units), missing = tonumber(arg.missing), content = tonumber(arg.content),
    source = tonumber(arg.source), state = reviews.author_is_out(P, queue, slot) and QUEUED or RETURNED,
    round = given.round, authors = authors, meaning = given.meaning, before = given.missing,
    cancelled = qa.ended_with(P, queue, { task }),
  })
end)
