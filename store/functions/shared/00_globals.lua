-- The globals we use, as locals. A server puts a guard before its globals, so that each use of one is a
-- search through three tables, 3 % of a call in all; and while a library is loaded there are none yet.
-- So the first call fetches them. One that is not named here works, but slower.
local register_function = redis.register_function

local function globals()
  return redis, tonumber, tostring, ipairs, pairs, unpack, pcall, error, type, string, math, table,
    bit, cmsgpack
end

local redis, tonumber, tostring, ipairs, pairs, unpack, pcall, error, type, string, math, table,
  bit, cmsgpack

local function fetch_globals()
  redis, tonumber, tostring, ipairs, pairs, unpack, pcall, error, type, string, math, table,
    bit, cmsgpack = globals()
end
