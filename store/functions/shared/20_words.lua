-- Numbers of the model (MODEL.md), shared with allocator/model.py and audit/ by value.
local QUEUED, ASSIGNED, IN_PROGRESS = 2, 3, 4
local COMPLETED, DISCARDED, RETURNED, REMOVED = 6, 7, 8, 9
local STATE_WORDS = {
  [QUEUED] = 'queued', [ASSIGNED] = 'assigned', [IN_PROGRESS] = 'in_progress',
  [COMPLETED] = 'completed', [DISCARDED] = 'discarded', [RETURNED] = 'returned', [REMOVED] = 'removed',
}
local FINISHED_BY_MEANING = { [1] = COMPLETED, [2] = DISCARDED }

-- ADMIN 1, TEAM_MANAGER 2, OWNER 4, ANNOTATOR 16, ANNOTATOR_AND_REVIEWER 32; REVIEWER (8) may not.
local MAY_ANNOTATE = 1 + 2 + 4 + 16 + 32

local RANKS = 4              -- HIGH 0, MEDIUM 1, LOW 2, NONE 3
local RANK_STEP = 2 ^ 46     -- score = rank * 2^46 + entry < 2^53: exact in a double
local RING = 16              -- answers a session keeps
local MAX_CLASSES = 64       -- requirement classes a queue
local MAX_DEAD = 1000        -- dead integers dropped in one call
local DAY_MS = 24 * 3600 * 1000

local function score_of(rank, entry) return rank * RANK_STEP + entry end
local function rank_of(score) return math.floor(score / RANK_STEP) end

local function unpacked(bytes, default)
  if not bytes then return default end
  return cmsgpack.unpack(bytes)
end

local function number_or(text, default) return tonumber(text or default) end
