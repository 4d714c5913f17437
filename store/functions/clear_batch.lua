-- clear_batch: take back what somebody has of their batches in a queue, to its first place. It is for them
-- after all else, until somebody else has leased it. Corrections are theirs and stay.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person include_started
--   include_started  1: what they have started too; 0: only what is ASSIGNED
--
-- Returns one of
--   {'ok', seq, chain, clock, batch_cleared}
--   {'not_found', seq, chain, clock, 'queue'}
--   {'no_batches', seq, chain, clock}         the queue gives none
--   {'no_batch', seq, chain, clock, started}  they have nothing to take back; so many they have started

-- What goes, in order, and how many started ones stay. M bounds what anybody has of their batches.
local function taken(P, queue, person, with_started)
  local held, tasks, started = redis.call('ZRANGE', keys.held(P, person, queue.number), 0, -1), {}, 0
  for i, member in ipairs(held) do held[i] = { tonumber(member) } end
  entries.fetch(P, held)
  for _, task in ipairs(held) do
    for i, slot in ipairs(entries.load(P, task[1]).s) do
      if HELD[slot[1]] and slot[2] == person and slot[6] == 0 then
        local goes = slot[1] == ASSIGNED or with_started
        if goes then tasks[#tasks + 1] = { task[1], i } else started = started + 1 end
      end
    end
  end
  return tasks, started
end

change('clear_batch', { 'allow-oom' }, function(call, arg)
  local queue, person = queues.load(call.P, arg.queue), tonumber(arg.person)
  if not queue then return negative(call, 'not_found', 'queue') end
  if queue.batch_size == 0 then return negative(call, 'no_batches') end
  local tasks, started = taken(call.P, queue, person, arg.include_started == '1')
  if #tasks == 0 then return negative(call, 'no_batch', text(started)) end
  return commit(call, 'batch_cleared', { queue = queue.number, person = person, tasks = tasks })
end)
