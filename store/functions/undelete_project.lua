-- undelete_project: a deleted project is there again, as it was; the lease clock stood meanwhile.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    -
--
-- Returns one of
--   {'ok', seq, chain, clock, project_undeleted}
--   {'not_deleted', seq, chain, clock}
--   {'project_deleted', seq, chain, clock}   its time is over: it is being purged, or soon will be
change('undelete_project', { 'allow-oom' }, function(call)
  local f = redis.call('HMGET', keys.totals(call.P), 'deleted', 'purge_ms')
  if not f[1] then return negative(call, 'not_deleted') end
  if math.max(wall_ms(), call.wall) >= tonumber(f[2]) then return negative(call, 'project_deleted') end
  local answer = commit(call, 'project_undeleted', { deleted = tonumber(f[1]) })
  redis.call('HDEL', call.header, 'deleted')
  return answer
end)
