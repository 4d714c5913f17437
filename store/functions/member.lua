-- member: the record of one person.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    person
--
-- Returns one of
--   {'ok', seq, chain, clock, map}   member, active, roles, skills, changed; fence
--   {'not_found', seq, chain, clock, 'person'}
read('member', function(call, arg)
  local person = people.load(call.P, arg.person)
  if not person then return negative(call, 'not_found', 'person') end
  return value(call, people.shown(person))
end)

-- member_of_deleted: the same, whether or not the project is deleted: who may delete and undelete it.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    person
--
-- Returns one of
--   {'ok', seq, chain, clock, map}   as of member
--   {'not_found', seq, chain, clock, 'person'}
read('member_of_deleted', function(call, arg)
  local person = people.load(call.P, arg.person)
  if not person then return negative(call, 'not_found', 'person') end
  return value(call, people.shown(person))
end)
