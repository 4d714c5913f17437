-- The frame of every call: who asks, under which epoch, with which request id; the refusals that
-- come before any decision; and the one way to change the world: append, then apply.
local RING = 16              -- answers a session keeps
local USED_STEP_MS = 60000   -- how exactly it is known when a session was used last
local ring_fields = {}       -- slot of a session's ring -> its field
for slot = 0, RING - 1 do ring_fields[slot] = 'r' .. slot end

local apply = {}             -- kind -> function(P, event): filled by 7x_apply_*.lua

-- The protocol refusals. They say nothing about the project's state, so they carry no seq.
local function protocol_refusal(h, epoch, floor)
  if not h[1] then return { 'not_loaded' } end
  if h[1] ~= epoch then return { 'stale_epoch', h[1] } end
  if h[2] ~= 'open' then return { 'frozen' } end
  if tonumber(h[3]) < tonumber(floor) then return { 'behind', h[3] } end
  return nil
end

-- An answer that claims something about the state, and so names the state it was computed from.
local function negative(call, word, detail)
  return { word, call.seq, call.chain, call.clock, detail or '' }
end

local function value(call, result)
  return { 'ok', call.seq, call.chain, call.clock, cmsgpack.pack(result) }
end

-- The answer that a session gave to its request n, if `kept` is of that one: hash, seq, chain.
local function answer_to(kept, n)
  if not kept or string.find(kept, text(n) .. ' ', 1, true) ~= 1 then return nil end
  local hash, seq, chain = string.match(kept, '^%d+ (%S*) (%d+) (%S*)$')
  return hash, tonumber(seq), chain
end

-- What an operation says of one of its chunks: they come one after the other, each once, while it runs.
local function chunk_remembered(call)
  local o = redis.call('HMGET', keys.operation(call.P, call.session - OPERATIONS), 'state', 'chunk', 'last')
  if tonumber(o[1] or 0) ~= RUNNING then return negative(call, 'session_unknown') end
  local newest = tonumber(o[2])
  if call.n == newest + 1 then return nil end
  if call.n ~= newest then return negative(call, 'request_too_old', o[2]) end
  local last = cmsgpack.unpack(o[3])
  return { 'dup', last[1], last[2], call.clock }
end

local function outside_name(session, n) return text(session) .. ':' .. text(n) end

-- What was answered to a request of a session without a project.
local function outside_remembered(call)
  local kept = redis.call('HGET', keys.outside(call.P), outside_name(call.session, call.n))
  local hash, seq, chain = answer_to(kept, call.n)
  if not hash then return nil end
  if hash ~= call.hash then return negative(call, 'request_id_reused') end
  return { 'dup', seq, chain, call.clock }
end

-- What the session's ring says of this request: an answer to give, or nil: it has not happened.
local function remembered(call, secret)
  if call.session == 0 then return nil end
  if call.session > OPERATIONS then return chunk_remembered(call) end
  if call.session > OUTSIDE then return outside_remembered(call) end
  local s = redis.call('HMGET', keys.session(call.P, call.session),
    'secret', 'newest', 'used', ring_fields[call.n % RING])
  if not s[1] or s[1] ~= secret then return negative(call, 'session_unknown') end
  local hash, seq, chain = answer_to(s[4], call.n)
  if hash then
    if hash ~= call.hash then return negative(call, 'request_id_reused') end
    return { 'dup', seq, chain, call.clock }
  end
  if call.n <= tonumber(s[2]) - RING then return negative(call, 'request_too_old', s[2]) end
  call.noted = s
  return nil
end

-- What a project that was deleted still hears; everything else answers {'project_deleted', seq, chain, clock}.
local WHEN_DELETED = { delete_project = true, undelete_project = true, member_of_deleted = true }

-- Fills the frame from the header. Returns a refusal, or nil when the call may decide.
local function begin(call, ARGV, changes, name)
  local h = redis.call('HMGET', call.header,
    'epoch', 'state', 'seq', 'chain', 'durable', 'clock', 'wall', 'lag_limit', 'cleared', 'fenced', 'deleted')
  keys.uncleared, seen.unfenced = not h[9], not h[10]
  local refusal = protocol_refusal(h, call.epoch, ARGV[2])
  if refusal then return refusal end
  call.seq, call.chain = tonumber(h[3]), h[4]
  call.clock, call.wall = tonumber(h[6]), tonumber(h[7])
  if h[11] and not WHEN_DELETED[name] then return negative(call, 'project_deleted') end
  refusal = remembered(call, ARGV[4])
  if refusal then return refusal end
  if changes and call.seq - tonumber(h[5]) > tonumber(h[8]) then return { 'lagging' } end
  return nil
end

-- Until when a session counts as used by a change at this clock: the end of the minute, so that a session
-- in use is noted once a minute, and lives a minute too long rather than too short.
local function used_until(clock)
  return clock - clock % USED_STEP_MS + USED_STEP_MS
end

-- The answer joins the session's ring, so that a repeat finds it instead of happening twice.
local function remember(P, event)
  local session, n, hash = event.request[1], event.request[2], event.request[3]
  if not session then return end
  if session > OPERATIONS then
    redis.call('HSET', keys.operation(P, session - OPERATIONS), 'chunk', n,
      'last', cmsgpack.pack({ event.seq, event.chain }))
    return
  end
  if session > OUTSIDE then
    redis.call('HSET', keys.outside(P), outside_name(session, n),
      string.format('%d %s %d %s', n, hash, event.seq, event.chain))
    return
  end
  local key = keys.session(P, session)
  local s = event.noted or seen.sessions[key] or redis.call('HMGET', key, 'secret', 'newest', 'used')
  local newest, used = math.max(tonumber(s[2]), n), used_until(event.clock)
  local answer = string.format('%d %s %d %s', n, hash, event.seq, event.chain)
  if writes.run then
    s[2], seen.sessions[key] = newest, s
    writes.put(key, ring_fields[n % RING], answer)
    writes.put(key, 'newest', newest)
  else
    redis.call('HSET', key, ring_fields[n % RING], answer, 'newest', newest)
  end
  if tonumber(s[3]) ~= used then
    writes.put(key, 'used', used)
    writes.rank(keys.sessions(P), used, session)
    s[3] = used
  end
end

local settle_open            -- P: see 51_open
local function enact(P, event)
  seen.seq = event.seq
  apply[event.kind](P, event)
  if seen.stirred or seen.gained then settle_open(P) end
  remember(P, event)
end

-- One moment for the whole call: not every server stops its clock while a function runs.
local function wall_ms()
  if not seen.wall then
    local time = redis.call('TIME')
    seen.wall = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return seen.wall
end

-- An event as it is written: version, kind, clock, wall, actor, request {session, n, hash}, body.
local written = { 1, '', 0, 0, 0, NONE, NONE }

-- The event that happens, from what is written of it. One happens at a time: it is the same table each time.
local the_event = {}

local function event_of(p, seq, chain)
  local event = the_event
  event.kind, event.clock, event.wall, event.actor, event.request, event.body = p[2], p[3], p[4], p[5], p[6], p[7]
  event.seq, event.chain, event.noted = seq, chain, false
  return event
end

-- The only way to change the state: the event is the first write, its effects follow from it alone,
-- and nothing after the first write can refuse.
local function commit(call, kind, body)
  local request = call.session ~= 0 and { call.session, call.n, call.hash } or NONE
  local p = written
  p[2], p[3], p[4], p[5], p[6], p[7] = kind, call.clock, math.max(wall_ms(), call.wall), call.actor, request, body
  local payload = cmsgpack.pack(p)
  local event = event_of(p, call.seq + 1, redis.sha1hex(call.chain .. payload))
  event.noted = call.noted
  call.appending = true
  redis.call('XADD', call.log, call.epoch .. '-' .. text(event.seq),
    'c', event.chain, 'p', payload)
  redis.call('HSET', call.header, 'seq', event.seq, 'chain', event.chain, 'wall', event.wall)
  enact(call.P, event)
  return { 'ok', event.seq, event.chain, event.clock, payload }
end

-- One call is answered at a time: its frame is the same table, filled anew.
local the_call = {}

-- The frame of one call, with the function's inputs by name.
local function framed(KEYS, ARGV, inputs)
  if not redis then fetch_globals() end
  forget()
  writes.forget()
  local call, header, epoch = the_call, KEYS[1], ARGV[1]
  call.header, call.log, call.epoch, call.arg = header, KEYS[2], epoch, inputs(ARGV)
  call.session, call.n, call.hash, call.actor = tonumber(ARGV[3]), tonumber(ARGV[5]), ARGV[6], tonumber(ARGV[7])
  call.P = string.sub(header, 1, -7) .. epoch .. ':'   -- "dibs:{1}:header" without "header"
  call.seq, call.chain, call.clock, call.wall = 0, '', 0, 0
  call.appending, call.noted = false, false
  return call
end

-- INPUTS (store/library.py) takes each function's inputs by the names on the ARGV line of its header.
local function register(name, flags, body)
  register_function({
    function_name = LIBRARY .. '_' .. name,
    flags = flags,
    callback = function(KEYS, ARGV) return body(framed(KEYS, ARGV, INPUTS[name]), ARGV) end,
  })
end

-- An error while deciding has written nothing, and says so. One after the append leaves the state in
-- doubt: it goes out as an error reply, and the project is rebuilt.
local function decided(call, decide)
  local fine, answer = pcall(decide, call, call.arg)
  if fine then return answer end
  if call.appending then error(answer) end
  return { 'failed', type(answer) == 'table' and answer.err or tostring(answer) }
end

-- These answer {'archived', seq, chain, clock, queue} about a queue that is archived, and {'data_submitted', seq,
-- chain, clock, queue} about one whose data were submitted: `barred` in 40_people.
local NOT_IF = {}
NOT_IF.ARCHIVED = {
  reserve = true, begin_work = true, load_batch = true, pick = true, add_entries = true, attach_dataset = true,
  set_priority = true, update_queue = true, change_contributors = true, pause_queue = true, deal = true, assign = true,
  plan_moves = true, begin_moves = true, change_assignment = true, create_range = true,
  split_range = true, merge_ranges = true, change_review = true, add_qa = true,
}
NOT_IF.SUBMITTED = {   -- besides
  delay_entries = true, detach_dataset = true, archive_queue = true, clear_waiting = true, delete_queue = true,
  set_status = true, remove_status = true, reopen = true, add_reviews = true, object = true, add_comment = true,
  check = true, delete_units = true, clear_skips = true, clear_batch = true, submit_data = true,
}
NOT_IF.QA = {                -- {'qa_queue', seq, chain, clock, queue}: what is there comes from its labeling queue
  add_entries = true, delay_entries = true, attach_dataset = true, change_review = true,
}
local barred

-- A change: refused before `decide`, or decided by it.
local function change(name, flags, decide)
  local guarded = NOT_IF.ARCHIVED[name] or NOT_IF.SUBMITTED[name] or NOT_IF.QA[name]
  register(name, flags, function(call, ARGV)
    return begin(call, ARGV, true, name) or guarded and barred(call, name) or decided(call, decide)
  end)
end

-- A read: the same refusals, and it never lags, because it adds nothing.
local function read(name, decide)
  register(name, { 'no-writes' }, function(call, ARGV)
    return begin(call, ARGV, false, name) or decided(call, decide)
  end)
end
