-- Effects of events about people, sessions, datasets and queues.

local function put_person(P, person, record)
  redis.call('ZADD', keys.members(P), person, person)
  redis.call('HSET', keys.person(P, person), 'record', cmsgpack.pack({ record.member, record.active,
    record.roles, record.skills, record.fence, record.changed }))
end

function apply.project_created(P, event)
  redis.call('HSET', keys.totals(P), 'entries', 0, 'items', 0, 'settings_seq', event.seq,
    'fast', event.body.fast, 'admins', 1, 'set_seq', event.seq, 'content', 0, 'status_locks', 0)
  put_person(P, event.body.admin,
    { member = 1, active = 1, roles = 1, skills = {}, fence = 0, changed = event.seq })
end

function apply.project_changed(P, event)
  redis.call('HSET', keys.totals(P), 'set_seq', event.seq, 'content', event.body.content,
    'status_locks', event.body.status_locks)
end

function apply.project_deleted(P, event)
  redis.call('HSET', keys.totals(P), 'deleted', event.seq, 'purge_ms', event.body.purge_ms)
end

function apply.project_undeleted(P)
  redis.call('HDEL', keys.totals(P), 'deleted', 'purge_ms')
end

local function lost_anything(before, member, active, roles, skills)
  if before.member and member == 0 or before.active and active == 0 then return true end
  if bit.band(before.roles, bit.bnot(roles)) ~= 0 then return true end
  local kept = {}
  for _, skill in ipairs(skills) do kept[skill] = true end
  for _, skill in ipairs(before.skills) do
    if not kept[skill] then return true end
  end
  return false
end

-- Whole records. Who is out, or inactive, is fenced at this event: every token of theirs below its
-- seq is dead at once. Whoever lost anything is recalled: the background takes back what they may not keep.
function apply.members_changed(P, event)
  for _, m in ipairs(event.body.members) do
    local person, member, active, roles, skills = m[1], m[2], m[3], m[4], m[5]
    local before = people.load(P, person)
    local fence = before and before.fence or 0
    if before and before.member and before.active and (member == 0 or active == 0) then
      fence = event.seq
    end
    if before and lost_anything(before, member, active, roles, skills) then
      redis.call('HSET', keys.recalls(P), person, '')
    end
    local was = before and is_admin(before.member, before.active, before.roles) or 0
    redis.call('HINCRBY', keys.totals(P), 'admins', is_admin(member == 1, active == 1, roles) - was)
    put_person(P, person, { member = member, active = active, roles = roles, skills = skills,
      fence = fence, changed = event.seq })
    if member == 0 then redis.call('HDEL', keys.person(P, person), 'groups') end
  end
  local numbers = {}
  for i, m in ipairs(event.body.members) do numbers[i] = m[1] end
  operations.watch(P, event, VERB.REMOVE_MEMBERS, {}, numbers)
  effects.look_again(P)
end

function apply.group_created(P, event)
  redis.call('HSET', keys.groups(P), event.body.group, 1)
end

-- Its name is content: nothing here knows it.
function apply.group_named() end

-- What records say of it stays there, and means nothing from now on: the number is not used again.
function apply.group_deleted(P, event)
  redis.call('HSET', keys.groups(P), event.body.group, 0)
end

-- The groups of a person that are still there, without `group`.
local function other_groups(P, person, group)
  local list = unpacked(redis.call('HGET', keys.person(P, person), 'groups'), {})
  if #list == 0 then return list end
  local uses, others = redis.call('HMGET', keys.groups(P), unpack(list)), {}
  for i, number in ipairs(list) do
    if uses[i] ~= '0' and number ~= group then others[#others + 1] = number end
  end
  return others
end

local function put_groups(P, person, groups, seq)
  local key, known = keys.person(P, person), people.load(P, person)
  redis.call('HSET', key, 'record', cmsgpack.pack({ known[1], known[2], known[3], known[4], known[5], seq }))
  if #groups > 0 then redis.call('HSET', key, 'groups', cmsgpack.pack(groups))
  else redis.call('HDEL', key, 'groups') end
end

-- Whoever leaves a group is recalled, as after the loss of a role.
function apply.group_changed(P, event)
  local b = event.body
  for _, person in ipairs(b.added) do
    local groups = other_groups(P, person, b.group)
    groups[#groups + 1] = b.group
    put_groups(P, person, groups, event.seq)
  end
  for _, person in ipairs(b.removed) do
    put_groups(P, person, other_groups(P, person, b.group), event.seq)
    effects.look_again(P)
    redis.call('HSET', keys.recalls(P), person, '')
  end
end

function apply.session_opened(P, event)
  local used = used_until(event.clock)
  redis.call('HSET', keys.session(P, event.seq), 'secret', event.body.secret, 'newest', 0, 'used', used)
  redis.call('ZADD', keys.sessions(P), used, event.seq)
end

function apply.sessions_ended(P, event)
  for _, session in ipairs(event.body.sessions) do
    redis.call('DEL', keys.session(P, session))
    redis.call('ZREM', keys.sessions(P), session)
  end
end

function apply.dataset_created(P, event)
  redis.call('SADD', keys.datasets(P), event.body.dataset)
end

function apply.items_added(P, event)
  local b = event.body
  redis.call('HINCRBY', keys.totals(P), 'items', b.count)
  fences.note(keys.item_runs(P), b.base, b.base + b.count - 1, b.dataset)
end

function apply.queue_created(P, event)
  local b = event.body
  redis.call('SADD', keys.queues(P), b.queue)
  redis.call('HSET', keys.queue(P, b.queue), 'rules', cmsgpack.pack(b.rules), 'content', b.content,
    'set_seq', event.seq, 'classes', cmsgpack.pack({}), 'added_seq', 0, 'not_added', 0, 'batches', 0)
  for _, group in ipairs(b.rules.groups) do redis.call('HINCRBY', keys.groups(P), group, 1) end
  redis.call('HSET', keys.totals(P), 'settings_seq', event.seq)
end

function apply.dataset_named() end

function apply.dataset_attached(P, event)
  local b = event.body
  redis.call('HINCRBY', keys.followed(P), b.dataset, 1)
  attached.put(P, b.queue, b.dataset, 0, b.priority, b.not_before, b.skip)
end

function classes.add(P, queue, added)
  if #added == 0 then return end
  local key = keys.queue(P, queue)
  local classes = unpacked(redis.call('HGET', key, 'classes'))
  for _, class in ipairs(added) do classes[class[1]] = class[2] end
  redis.call('HSET', key, 'classes', cmsgpack.pack(classes))
end

-- Untouched entries are bare integers at the end of their lane's backlog, in order, 100 a command.
local function push_range(backlog, first, n)
  local chunk = {}
  for entry = first, first + n - 1 do
    chunk[#chunk + 1] = entry
    if #chunk == 100 then
      redis.call('RPUSH', backlog, unpack(chunk))
      chunk = {}
    end
  end
  if #chunk > 0 then redis.call('RPUSH', backlog, unpack(chunk)) end
end

-- Items become entries at the tail of their lanes: first, first + 1 …
local function enter(P, b, dataset)
  local entry, refreshed = b.first, {}
  for _, run in ipairs(b.runs) do
    push_range(keys.backlog(P, b.queue, run[1], b.priority), entry, run[3])
    entry = entry + run[3]
    refreshed[run[1]] = true
  end
  if b.count > 0 then
    dataset = dataset > 0 and dataset or fences.dataset_of(P, b.runs[1][2])
    fences.note(keys.entry_runs(P, b.queue), b.first, b.first + b.count - 1, dataset)
  end
  for class in pairs(refreshed) do lanes.refresh_backlog(P, b.queue, class, 0) end
  if b.count > 0 then gain(b.queue) end
  redis.call('HINCRBY', keys.totals(P), 'entries', b.count)
end

-- Items are in the queue from this event on, as entries or not yet.
local function note_added(P, event)
  local b = event.body
  redis.call('HINCRBY', keys.counts(P, b.queue), 'tasks', b.count * queues.load(P, b.queue).slots)
  redis.call('HSET', keys.queue(P, b.queue), 'added_seq', event.seq)
  redis.call('HINCRBY', keys.queue(P, b.queue), 'not_added', b.not_added)
  if b.dataset > 0 then attached.move(P, b.queue, b.dataset, b.cursor) end
end

function apply.entries_added(P, event)
  classes.add(P, event.body.queue, event.body.classes)
  enter(P, event.body, event.body.dataset)
  note_added(P, event)
end

function apply.delayed(P, event)
  local b = event.body
  classes.add(P, b.queue, b.classes)
  if b.count > 0 then
    delays.put(P, event.seq, b)
    delays.count(P, b.queue, b.count)
    redis.call('HSET', keys.totals(P), 'delayed_seq', event.seq)
  end
  note_added(P, event)
end

function apply.undelayed(P, event)
  local b = event.body
  if b.dropped > 0 then delays.take(P, b.queue, b.delayed) else delays.let_in(P, b.delayed, b.priority) end
  delays.count(P, b.queue, -b.count - b.dropped)
  -- 0 - n, not -n: Redis 7 takes the -0 that Lua makes of no items for no number.
  redis.call('HINCRBY', keys.counts(P, b.queue), 'tasks', 0 - b.dropped * queues.load(P, b.queue).slots)
  enter(P, b, b.dataset)
  redis.call('HSET', keys.queue(P, b.queue), 'added_seq', event.seq)
end
