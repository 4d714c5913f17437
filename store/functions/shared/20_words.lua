-- Numbers of the model (MODEL.md), shared with allocator/model.py and audit/ by value.
local QUEUED, ASSIGNED, IN_PROGRESS, IN_REVIEW = 2, 3, 4, 5
local COMPLETED, DISCARDED, RETURNED, REMOVED, ESCALATED = 6, 7, 8, 9, 10
local STATE_WORDS = {
  [QUEUED] = 'queued', [ASSIGNED] = 'assigned', [IN_PROGRESS] = 'in_progress', [IN_REVIEW] = 'in_review',
  [COMPLETED] = 'completed', [DISCARDED] = 'discarded', [RETURNED] = 'returned', [REMOVED] = 'removed',
  [ESCALATED] = 'escalated',
}
local HELD = { [ASSIGNED] = true, [IN_PROGRESS] = true }
local FINISHED = { [COMPLETED] = true, [DISCARDED] = true }
local ENDED = { [COMPLETED] = true, [DISCARDED] = true, [REMOVED] = true }
local CORRECTION, GIVEN = 1, 2   -- why a task stays with its holder when the lease ends: see 46_entries
local FOR_OTHERS, FOR_ME, DISCARD = 1, 2, 3   -- what becomes of a task that is skipped
local FINISHED_BY_MEANING = { [1] = COMPLETED, [2] = DISCARDED }

local ADMIN = 1

-- A review stage is a queue like any other, made from its labeling queue: that of kind k has the number k * STAGE more.
-- Its entries are review tasks: they have numbers of their own, from REVIEWS + 1 on.
local STAGE = 2 ^ 32
local REVIEW, EXPERT_REVIEW = 1, 2
local UNIT = { STEP = 256, PENDING = 2, APPROVED = 3, RETURNED = 4, RESOLVED = 5, REJECTED = 6, DELETED = 7 }

local RANKS = 4              -- HIGH 0, MEDIUM 1, LOW 2, NONE 3
local RANK_STEP = 2 ^ 46     -- score = rank * 2^46 + entry < 2^53: exact in a double
local MAX_DEAD = 1000        -- dead integers dropped in one call
local MAX_LEFT = 10000      -- entries whose leaving is remembered
local DEAD_CHUNK = 100       -- read at a time where there are any
local INFINITE = 2 ^ 53      -- above every score
local FOREVER = INFINITE     -- the deadline of a hold that does not end by itself
local MOST_KEPT = 20000      -- unpacked values kept from call to call
local DAY_MS = 24 * 3600 * 1000

local NONE = {}              -- an empty list or set, never to be filled
local OPERATIONS = 2 ^ 52    -- a chunk of operation n comes as request number `chunk` of "session" OPERATIONS + n
local GONE = -1              -- the generation of a queue that was deleted
local OUTSIDE = 2 ^ 51       -- session s without a project asks here as "session" OUTSIDE + s
local VERB = {               -- of operations; a queue's clearing is done by its first event
  CLEAR_WAITING = 2, DETACH_DATASET = 3, DELETE_DATASET = 4, SET_PRIORITY = 5, DELETE_QUEUE = 7, REMOVE_DATASET_ITEMS = 8,
  RECALL_QUEUE = 9, REMOVE_CONTRIBUTORS = 10, REMOVE_MEMBERS = 11,   -- these three watch what is taken back
  ASSIGN = 12, MOVE = 13,
}
local RECALLS = { [VERB.RECALL_QUEUE] = true, [VERB.REMOVE_CONTRIBUTORS] = true, [VERB.REMOVE_MEMBERS] = true }
local UNDIVIDED = { [VERB.DETACH_DATASET] = true, [VERB.DELETE_DATASET] = true, [VERB.DELETE_QUEUE] = true }   -- by fence: not to be cancelled
local RUNNING, SUCCEEDED, FAILED, CANCELLED = 1, 2, 3, 4   -- where an operation stands

local function score_of(rank, entry) return rank * RANK_STEP + entry end
local function rank_of(score) return math.floor(score / RANK_STEP) end

local function unpacked(bytes, default)
  if not bytes then return default end
  return cmsgpack.unpack(bytes)
end

-- What was unpacked in earlier calls, by the key it stood under: {bytes, value}. A value is a function of
-- its bytes alone, and never changed by whoever gets it.
local kept, kept_count = {}, 0

local function unpacked_once(key, bytes)
  local known = kept[key]
  if known and known[1] == bytes then return known[2] end
  if not known then kept_count = kept_count + 1 end
  if kept_count > MOST_KEPT then kept, kept_count = {}, 1 end
  local value = cmsgpack.unpack(bytes)
  kept[key] = { bytes, value }
  return value
end

local function number_or(text, default) return tonumber(text or default) end

local function task_name(entry, slot) return string.format('%d:%d', entry, slot) end

-- What this call has read of the state: to apply an event one need not read again what deciding it has
-- read: queues, records and heads by their numbers; first and last of backlogs by their keys; followers:
-- which integer comes after an untouched entry in its backlog; holds: whether who reserves holds anything there;
-- sessions, by their keys, and backlogs of reviews, by queues, as a replay's run of events leaves them.
-- generations of queues; stale: records as they were
-- before their queue was cleared or deleted, where they have not been written since; gone: those of queues
-- that were deleted; unfenced: no dataset was ever
-- detached in the project; run: the last one looked up of entries of one dataset; seq: of the event that is applied.
-- stirred: queues that may have to enter or leave `open`; gained: those where work can be had that could not.
-- Emptied before each call, and by a replay after each run of events, and each event that is in none.
local seen = { queues = {}, records = {}, heads = {}, ends = {}, followers = {}, sessions = {}, backlogs = {} }
local holds = false

-- A table with nothing in it: this one, unless it has grown.
local function emptied(known)
  local n = 0
  for key in pairs(known) do known[key], n = nil, n + 1 end
  return n <= 8 and known or {}
end

local function forget()
  seen.queues, seen.records, seen.heads = emptied(seen.queues), emptied(seen.records), emptied(seen.heads)
  seen.ends, seen.followers, holds = emptied(seen.ends), emptied(seen.followers), false
  seen.sessions, seen.backlogs, seen.wall = emptied(seen.sessions), emptied(seen.backlogs), false
  seen.generations, seen.stale, seen.gone, seen.unfenced, seen.run = false, false, false, false, false
  keys.uncleared = false
  seen.stirred, seen.gained = false, false
end

local function stir(queue)
  if tonumber(queue) >= STAGE then return end   -- `open` is of labeling queues
  seen.stirred = seen.stirred or {}
  seen.stirred[tonumber(queue)] = true
end

local function gain(queue)
  if tonumber(queue) >= STAGE then return end
  seen.gained = seen.gained or {}
  seen.gained[tonumber(queue)] = true
end

-- How often the queue's waiting tasks were cleared; GONE: it was deleted.
generation = function(P, queue)
  if keys.uncleared then return 0 end
  local number = tonumber(queue)
  if number >= STAGE then return generation(P, number % STAGE) == GONE and GONE or 0 end
  seen.generations = seen.generations or {}
  local known = seen.generations[number]
  if not known then
    known = number_or(redis.call('HGET', keys.queue(P, number), 'generation'), 0)
    seen.generations[number] = known
  end
  return known
end
