-- change_contributors: people and groups join those who may work in a restricted queue, or are taken out.
-- People who are taken out are fenced: every token of theirs there is dead at once, and the background
-- returns what they have open, corrections too, to the pool. Of the members of a group that is taken out
-- only what is not started goes back. The queue stays restricted, be there anybody left or not.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue mode people groups
--   mode    add, or remove
--   people  packed list, 100 at most
--   groups  packed list, 100 at most
--
-- Returns one of
--   {'ok', seq, chain, clock, queue_changed}      mode remove: an operation, whose number is this seq
--   {'not_found', seq, chain, clock, 'queue'}
--   {'not_restricted', seq, chain, clock}         everybody may work there
--   {'no_member', seq, chain, clock, person}      mode add: not of the project
--   {'no_group', seq, chain, clock, group}        mode add: not there
--   {'not_named', seq, chain, clock, number}      mode remove: a person, or a group (below 0), not named
--   {'too_many', seq, chain, clock, limit}        mode add: more people, or groups (below 0), than it may name
local MOST_PEOPLE, MOST_NAMED, MOST_SHARES = 1000, 100, 250
local EQUAL = -1             -- the load of everybody in a distribution of equal shares

local function joined(list, more)
  local all = { unpack(list) }
  for _, number in ipairs(more) do
    if not contains(all, number) then all[#all + 1] = number end
  end
  table.sort(all)
  return all
end

local function without(list, less)
  local rest = {}
  for _, number in ipairs(list) do
    if not contains(less, number) then rest[#rest + 1] = number end
  end
  return rest
end

-- The shares of a distribution with these people in it, or without. Who joins has an equal share where all have,
-- else a load of 0 until loads are set anew.
local function reshared(shares, some, joins)
  local left, equal = {}, shares[1] and shares[1][2] == EQUAL
  for _, share in ipairs(shares) do
    if joins or not contains(some, share[1]) then left[#left + 1] = share end
  end
  if not joins or #shares == 0 then return left end
  local there = {}
  for _, share in ipairs(shares) do there[share[1]] = true end
  for _, person in ipairs(some) do
    if not there[person] then left[#left + 1] = { person, equal and EQUAL or 0 } end
  end
  return left
end

local function refused_to_add(call, some, named)
  for _, number in ipairs(some) do
    local person = people.load(call.P, number)
    if not person or not person.member then return negative(call, 'no_member', text(number)) end
  end
  local missing = groups.first_missing(call.P, named)
  if missing then return negative(call, 'no_group', text(missing)) end
end

local function refused_to_remove(call, queue, some, named)
  for _, number in ipairs(some) do
    if not contains(queue.allowed, number) then return negative(call, 'not_named', text(number)) end
  end
  for _, number in ipairs(named) do
    if not contains(queue.groups, number) then return negative(call, 'not_named', text(-number)) end
  end
end

-- Of these, who ever was a member: only they can hold anything.
local function known(P, some)
  local list = {}
  for _, number in ipairs(some) do
    if people.load(P, number) then list[#list + 1] = number end
  end
  return list
end

change('change_contributors', {}, function(call, arg)
  local queue = queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  if queue.restricted == 0 then return negative(call, 'not_restricted') end
  local some, named, joins = cmsgpack.unpack(arg.people), cmsgpack.unpack(arg.groups), arg.mode == 'add'
  local refusal = joins and refused_to_add(call, some, named)
    or not joins and refused_to_remove(call, queue, some, named)
  if refusal then return refusal end
  local f = redis.call('HMGET', keys.queue(call.P, arg.queue), 'rules', 'content')
  local rules, changed = cmsgpack.unpack(f[1]), joins and joined or without
  rules.allowed, rules.groups = changed(rules.allowed, some), changed(rules.groups, named)
  rules.shares = reshared(rules.shares, some, joins)
  if #rules.shares > MOST_SHARES then return negative(call, 'too_many', text(MOST_SHARES)) end
  if #rules.allowed > MOST_PEOPLE then return negative(call, 'too_many', text(MOST_PEOPLE)) end
  if #rules.groups > MOST_NAMED then return negative(call, 'too_many', text(-MOST_NAMED)) end
  return commit(call, 'queue_changed', {
    queue = queue.number, rules = rules, content = tonumber(f[2]), fenced = joins and {} or known(call.P, some),
    open = joins and -1 or operations.held_by(call.P, some, queue.number),
  })
end)
