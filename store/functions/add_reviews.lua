-- add_reviews: what was submitted before is reviewed by more people, or for the first time.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue why as_of tasks named content
--   why    1: somebody asked for it; 2: units were drawn again; 3: a rule service asks for it
--   tasks  packed list of {entry, slot, class, came, rank, slots, skipped, done, given, removed}, 100 at most: see named.load;
--          removed (1): the task is known to have been removed; given = {round, authors, meaning, status, missing, groups,
--          rejects (may be missing)}: what is known of the submission, as in submit, see reviews.planned; no groups: as far
--          as is known it is not submitted
--   as_of  the event as of which that is known
--   named  of so many tasks this says what becomes of them: of the others nothing was drawn
--   content  id of what the rule service says of the one task, in Postgres: then it is that task, or nothing; 0: none does
--
-- Returns one of
--   {'ok', seq, chain, clock, reviews_added}   `kept` names the tasks that are not reviewed, and why
--   {'not_found', seq, chain, clock, 'queue'}  or its review was never set
--   {'stale_entry', seq, chain, clock}         read again what is known of the entries
--   {'wrong_state', seq, chain, clock, word}   the one task is not reviewed, and why

-- What the event says of one task; or nil and why it is not reviewed, nil and false: read again.
local function added(P, queue, stage, task, as_of, so_far)
  if fences.covers(P, queue, task[1]) then return nil, 'removed' end
  local record, from = named.load(P, queue, task, as_of)
  if not record then return nil, task[10] == 1 and 'removed' end
  local slot, given = record.s[task[2]], task[9]
  if not slot then return nil, 'not_found' end
  local known = reviews.of(record, task[2])
  if slot[1] == IN_REVIEW then
    if known.round ~= given.round then return nil, false end
  elseif not FINISHED[slot[1]] then return nil, 'wrong_state' end
  if reviews.decided_since(record, task[2], as_of) then return nil, false end
  if #given.groups == 0 then return nil, false end
  local authors = reviews.joined(given.authors, { slot[2] })
  if slot[1] == IN_REVIEW then authors = reviews.joined(known.a, authors) end
  local made = reviews.planned(P, stage, given.groups, authors, so_far)
  reviews.note_rejects(made, given.rejects or NONE)
  local told = named.told(task, record, slot[2], from)
  told[10] = { round = given.round, authors = authors, meaning = given.meaning, status = given.status,
    missing = given.missing, reviews = made }
  return told
end

change('add_reviews', { 'allow-oom' }, function(call, arg)
  local queue = queues.load(call.P, arg.queue)
  if not queue or not queue.review then return negative(call, 'not_found', 'queue') end
  local stage, tasks, told, kept = queues.load(call.P, REVIEW * STAGE + queue.number), cmsgpack.unpack(arg.tasks), {}, {}
  local so_far = reviews.so_far(call.P)
  entries.fetch(call.P, tasks)
  for _, task in ipairs(tasks) do
    local one, why = added(call.P, queue, stage, task, tonumber(arg.as_of), so_far)
    if why == false then return negative(call, 'stale_entry') end
    if one then told[#told + 1] = one else kept[#kept + 1] = { task[1], task[2], why } end
  end
  if arg.content ~= '0' and #told == 0 then return negative(call, 'wrong_state', kept[1][3]) end
  return commit(call, 'reviews_added', { queue = queue.number, why = tonumber(arg.why), tasks = told, kept = kept,
    named = tonumber(arg.named), content = tonumber(arg.content) })
end)
