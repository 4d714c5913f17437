-- Operations: bulk verbs that one event begins, chunks carry out, and one event ends. What a chunk does is
-- the business of the function that the chunk calls; here is only where an operation stands.
local operations = {}

function operations.load(P, operation)
  local f = redis.call('HMGET', keys.operation(P, operation),
    'state', 'chunk', 'verb', 'actor', 'queues', 'dataset', 'content', 'total', 'last_entry')
  if not f[1] then return nil end
  return {
    operation = tonumber(operation), state = tonumber(f[1]), chunk = tonumber(f[2]), verb = tonumber(f[3]),
    actor = tonumber(f[4]), queues = cmsgpack.unpack(f[5]), dataset = tonumber(f[6]),
    content = tonumber(f[7]), total = tonumber(f[8]), last_entry = tonumber(f[9]),
  }
end
