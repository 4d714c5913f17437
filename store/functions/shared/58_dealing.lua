-- Dealing: in a queue whose work is distributed, what comes in is dealt out among its people, in order (SEMANTICS
-- §4). Who gets what is computed outside (allocator/strategies/distribution.py); here is only how far that has come.
local dealing = {}

-- {upto, among, given}: the entries up to which it has been decided, a hash of the people and loads, and what
-- each of those has been dealt since it was these, {person, number or weight} each.
function dealing.load(P, queue)
  return unpacked(redis.call('HGET', keys.queue(P, queue), 'dealt'), { 0, '', {} })
end

-- Tasks were dealt, each {…, person, before, state, weight}: what their people have been given grows.
function dealing.note(P, b)
  local before, given, order = dealing.load(P, b.queue), {}, {}
  if before[2] == b.among then
    for n, one in ipairs(before[3]) do given[one[1]], order[n] = one[2], one[1] end
  end
  for _, task in ipairs(b.tasks) do
    local person = task[6]
    if not given[person] then given[person], order[#order + 1] = 0, person end
    given[person] = given[person] + task[9]
  end
  local list = {}
  for n, person in ipairs(order) do list[n] = { person, given[person] } end
  redis.call('HSET', keys.queue(P, b.queue), 'dealt', cmsgpack.pack({ b.upto, b.among, list }))
end
