-- renew: run leases anew: chosen ones, or all that a person has (500 at most, earliest deadline first).
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    person queue takeover tasks
--   queue     with no tasks named: only leases in this queue; 0: in all
--   takeover  1: another device of the same person takes over; tokens are not asked for, they rise
--   tasks     packed list of {entry, slot, token}; empty: all
--
-- Returns one of
--   {'ok', seq, chain, clock, renewed}
--   {'nothing_held', seq, chain, clock}
--   {'not_found', seq, chain, clock, 'person' | 'queue' | 'task'}
--   {'lease_lost', seq, chain, clock, detail}   of the first task that is not held; none is renewed
local MOST = 500

local function by_deadline(a, b) return a[3] < b[3] end

-- {entry, slot, deadline, token} of what the person holds in the queues and no fence covers, earliest first.
local function all_held(P, person, in_queues)
  local list = {}
  for _, queue in ipairs(in_queues) do
    local rules = queues.load(P, queue)
    for _, member in ipairs(redis.call('ZRANGE', keys.held(P, person.number, queue), 0, -1)) do
      local entry = tonumber(member)
      local record = entries.load(P, entry)
      local covered = fences.covered(P, tonumber(queue), entry)
      for i, slot in ipairs(record.s) do
        local theirs = not covered and HELD[slot[1]] and slot[2] == person.number
        if theirs and slot[3] >= fence_of(P, person, record, slot) then
          list[#list + 1] = { entry, i, leases.deadline(P, rules, person.number, entry, i), slot[3] }
        end
      end
    end
  end
  table.sort(list, by_deadline)
  return list
end

-- Until when the lease runs anew. What does not end by itself goes on like that.
local function deadline_of(call, person, record, task)
  local queue = queues.load(call.P, record.q)
  local alone = queue.batch_size == 0 and record.s[task[2]][6] == GIVEN
  if alone and leases.deadline(call.P, queue, person.number, task[1], task[2]) == FOREVER then return FOREVER end
  return call.clock + queue.lease_ms
end

-- {entry, slot, deadline anew, token from then on} of the leases that are asked for, or a refusal.
local function renewed(call, person, wanted, takeover)
  local tasks = {}
  entries.fetch(call.P, wanted)
  for _, task in ipairs(wanted) do
    local record = entries.load(call.P, task[1])
    if not record or not record.s[task[2]] then return nil, negative(call, 'not_found', 'task') end
    local slot = record.s[task[2]]
    local token = takeover and HELD[slot[1]] and slot[3] or task[3]
    local _, refusal = held_slot(call, record, task[2], person, token, task[1])
    if refusal then return nil, refusal end
    tasks[#tasks + 1] = { task[1], task[2], deadline_of(call, person, record, task),
      takeover and call.seq + 1 or token }
  end
  return tasks
end

-- Every live lease of the person, as if they had named them; what a fence has killed is passed over.
local function everything(call, person, arg)
  local in_queues = arg.queue == '0' and people.holding(call.P, person.number) or { arg.queue }
  local wanted = {}
  for _, task in ipairs(all_held(call.P, person, in_queues)) do
    if #wanted < MOST then wanted[#wanted + 1] = { task[1], task[2], task[4] } end
  end
  return wanted
end

change('renew', {}, function(call, arg)
  local person = people.load(call.P, arg.person)
  if not person then return negative(call, 'not_found', 'person') end
  local wanted = cmsgpack.unpack(arg.tasks)
  if arg.queue ~= '0' and not queues.load(call.P, arg.queue) then return negative(call, 'not_found', 'queue') end
  if #wanted == 0 then wanted = everything(call, person, arg) end
  if #wanted == 0 then return negative(call, 'nothing_held') end
  local tasks, refusal = renewed(call, person, wanted, arg.takeover == '1')
  if refusal then return refusal end
  return commit(call, 'renewed',
    { person = person.number, takeover = tonumber(arg.takeover), tasks = tasks })
end)
