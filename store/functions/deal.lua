-- deal, dealt: in a queue whose work is distributed, people get their shares of what came in. Who gets what is
-- computed outside from what `dealt` reads; if anything of that has changed since, nothing happens.

-- dealt: how far the distribution has come, and who may have which of these tasks.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue people entries
--   people   packed list
--   entries  packed list of {entry, class, came}: class and rank with which it came into the queue
--
-- Returns one of
--   {'ok', seq, chain, clock, map}   upto, among, given {{person, number or weight}…}, set_seq, skills (of each of the
--                                    people: the classes they may do), stand (of each: 1, or 0: they may not work there
--                                    at all), entries (of each:
--                                    its free slots, and the people who may not have any)
--   {'not_found', seq, chain, clock, 'queue'}
local function classes_of(P, queue, number)
  local person, list = people.load(P, number), {}
  if standing(person, queue) ~= '' then return list end
  for class in ipairs(queue.classes) do
    if skilled(person, queue, class) then list[#list + 1] = class end
  end
  return list
end

-- The record of an entry that waits there for somebody, touched or not; nil: it does not.
local function waiting_record(P, queue, entry, class, came)
  if fences.covers(P, queue, entry) then return nil end
  local record = entries.load(P, entry)
  if record then return record.e ~= 1 and record or nil end
  return lanes.waits(P, queue.number, class, came, entry) and entries.untouched(queue.number, class, came, queue.slots) or nil
end

-- {class, free slots, people who may not have any}.
local function entry_of(P, queue, entry, class, came)
  local record, free, not_they = waiting_record(P, queue, entry, class, came), {}, {}
  if not record then return { class, free, not_they } end
  for i, slot in ipairs(record.s) do
    if slot[1] == QUEUED then free[#free + 1] = i end
  end
  for person in pairs(barred_from(record)) do not_they[#not_they + 1] = person end
  table.sort(not_they)
  return { record.c, free, not_they }
end

read('dealt', function(call, arg)
  local P, queue = call.P, queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  local far, skills, stand, list = dealing.load(P, queue.number), {}, {}, {}
  for n, number in ipairs(cmsgpack.unpack(arg.people)) do
    skills[n], stand[n] = classes_of(P, queue, number), standing(people.load(P, number), queue) == '' and 1 or 0
  end
  for n, one in ipairs(cmsgpack.unpack(arg.entries)) do list[n] = entry_of(P, queue, unpack(one)) end
  return value(call, {
    upto = far[1], among = far[2], given = far[3], skills = skills, stand = stand, entries = list,
    set_seq = tonumber(redis.call('HGET', keys.queue(P, queue.number), 'set_seq')),
  })
end)

-- deal: one chunk of it.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue expected set_seq upto among tasks
--   expected  the entry up to which it had been decided
--   upto      the entry up to which it is then; of those that `tasks` does not name, free slots stay in the pool
--   among     a hash of the people and loads by which it was computed
--   tasks     packed list of {entry, slot, class, came, person, weight}, in order
--
-- Returns one of
--   {'ok', seq, chain, clock, assigned}
--   {'not_found', seq, chain, clock, 'queue'}
--   {'stale_cursor', seq, chain, clock}   something else is the case by now: read again
local function dealt_task(P, queue, task)
  local entry, i, class, came, number, weight = unpack(task)
  local record = waiting_record(P, queue, entry, class, came)
  local slot, person = record and record.s[i], people.load(P, number)
  if not slot or slot[1] ~= QUEUED or entitled(person, queue, record, nil) ~= '' or has_done(record, person) then return nil end
  local waits = not entries.load(P, entry)
  return { entry, i, record.c, record.p, waits and 1 or 0, number, 0, ASSIGNED, weight, 0 }
end

change('deal', {}, function(call, arg)
  local P, queue, tasks = call.P, queues.load(call.P, arg.queue), {}
  if not queue or queue.distributed == 0 then return negative(call, 'not_found', 'queue') end
  local set_seq = redis.call('HGET', keys.queue(P, queue.number), 'set_seq')
  if dealing.load(P, queue.number)[1] ~= tonumber(arg.expected) or set_seq ~= arg.set_seq then
    return negative(call, 'stale_cursor')
  end
  local wanted, had = cmsgpack.unpack(arg.tasks), {}
  entries.fetch(P, wanted)
  for _, task in ipairs(wanted) do
    local one, twice = dealt_task(P, queue, task), task[1] .. ':' .. task[5]
    if not one or had[twice] then return negative(call, 'stale_cursor') end
    tasks[#tasks + 1], had[twice] = one, true
  end
  return commit(call, 'assigned', { queue = queue.number, why = 1, content = 0, operation = 0,
    upto = tonumber(arg.upto), among = arg.among, tasks = tasks, kept = {} })
end)
