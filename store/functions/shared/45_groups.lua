-- Groups: named sets of members. Who is in which stands in the records of people.
local groups = {}

function groups.alive(P, group)
  local uses = redis.call('HGET', keys.groups(P), group)
  return uses ~= false and uses ~= '0'
end

-- How many of these are still there.
function groups.count_alive(P, list)
  local n = 0
  if #list == 0 then return n end
  for _, uses in ipairs(redis.call('HMGET', keys.groups(P), unpack(list))) do
    if uses and uses ~= '0' then n = n + 1 end
  end
  return n
end

-- The first of these that is not there, or nil.
function groups.first_missing(P, list)
  for _, group in ipairs(list) do
    if not groups.alive(P, group) then return group end
  end
end
