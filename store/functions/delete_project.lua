-- delete_project: the project is no more, for every call, until it is undeleted or purged.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    purge_after_ms
--   purge_after_ms  so much later, by the wall clock, nobody can undelete it any more
--
-- Returns one of
--   {'ok', seq, chain, clock, project_deleted}
--   {'project_deleted', seq, chain, clock}   it was deleted before
change('delete_project', { 'allow-oom' }, function(call, arg)
  if redis.call('HEXISTS', call.header, 'deleted') == 1 then return negative(call, 'project_deleted') end
  local purge_ms = math.max(wall_ms(), call.wall) + tonumber(arg.purge_after_ms)
  local answer = commit(call, 'project_deleted', { purge_ms = purge_ms })
  redis.call('HSET', call.header, 'deleted', purge_ms)
  return answer
end)
