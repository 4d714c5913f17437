-- set_status: a finished task gets another status, or a manager finishes one that waits.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue task as_of person manager settings_seq status meaning passed review
--   task          packed {entry, slot, class, came, rank, slots, skipped, done}: see named.load
--   as_of         the event as of which that is known
--   person        who asks; manager = 1: they may do so whoever the author is, and also to what waits
--   settings_seq  what the status was checked against
--   passed        1: of one that has left Redis it is known that a review of it has passed
--   review        packed {round, authors, missing, groups, rejects (may be missing)} where what was discarded is done now,
--                 and so is drawn for like a submission: see reviews.planned; else ''
--
-- Returns one of
--   {'ok', seq, chain, clock, status_set}
--   {'not_found', seq, chain, clock, 'queue' | 'task'}
--   {'stale_entry', seq, chain, clock}         read again what is known of the entry
--   {'wrong_state', seq, chain, clock, state}  a number; REMOVED: its dataset is being detached
--   {'not_author', seq, chain, clock}
--   {'review_passed', seq, chain, clock}       its author may not change it any more
--   {'status_locked', seq, chain, clock}       in this project a status must be removed first
--   {'not_eligible', seq, chain, clock, cause}   the manager has another slot of the item
--   {'stale_settings', settings_seq}

-- Whose work the task is from then on, or a refusal.
local function author_of(call, record, i, arg, locks)
  local slot, person, manager = record.s[i], tonumber(arg.person), arg.manager == '1'
  if FINISHED[slot[1]] or slot[1] == IN_REVIEW then
    if not (manager or slot[2] == person) then return nil, negative(call, 'not_author') end
    if not manager and reviews.passed(record, i, arg.passed) then return nil, negative(call, 'review_passed') end
    if locks then return nil, negative(call, 'status_locked') end
    return slot[2]
  end
  if slot[1] ~= QUEUED or not manager then return nil, negative(call, 'wrong_state', tostring(named.state(record, i))) end
  local one = { number = person }
  if has_a_slot(record, one, i) or people.worked_on(record, one) then return nil, negative(call, 'not_eligible', 'EXCLUDED') end
  return person
end

-- What the event says of the task: with the review of it, if there is any.
local function told_of(call, queue, task, record, author, from, arg)
  local told, slot = named.told(task, record, author, from), record.s[task[2]]
  if arg.review == '' or slot[1] ~= DISCARDED or not (queue.review and queue.review.on == 1) then return told end
  local given, stage = cmsgpack.unpack(arg.review), queues.load(call.P, REVIEW * STAGE + queue.number)
  local authors = reviews.joined(given.authors, { author })
  local made = reviews.planned(call.P, stage, given.groups, authors, reviews.so_far(call.P))
  reviews.note_rejects(made, given.rejects or NONE)
  if #made == 0 then return told end
  told[10] = { round = given.round, authors = authors, meaning = tonumber(arg.meaning), status = tonumber(arg.status),
    missing = given.missing, reviews = made }
  return told
end

change('set_status', {}, function(call, arg)
  local totals = redis.call('HMGET', keys.totals(call.P), 'settings_seq', 'status_locks')
  if totals[1] ~= arg.settings_seq then return { 'stale_settings', totals[1] } end
  local queue, task = queues.load(call.P, arg.queue), cmsgpack.unpack(arg.task)
  if not queue then return negative(call, 'not_found', 'queue') end
  if fences.covers(call.P, queue, task[1]) then return negative(call, 'wrong_state', tostring(REMOVED)) end
  local record, from = named.load(call.P, queue, task, tonumber(arg.as_of))
  if not record then return negative(call, 'stale_entry') end
  if not record.s[task[2]] then return negative(call, 'not_found', 'task') end
  local author, refusal = author_of(call, record, task[2], arg, totals[2] == '1')
  if refusal then return refusal end
  return commit(call, 'status_set', {
    queue = queue.number, status = tonumber(arg.status), meaning = tonumber(arg.meaning),
    tasks = { told_of(call, queue, task, record, author, from, arg) },
    cancelled = qa.ended_by_status(call.P, queue, task[1], tonumber(arg.status), reviews.ended_with(call.P, { task })),
  })
end)
