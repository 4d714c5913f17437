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
  return value(call, {
    member = person.member and 1 or 0, active = person.active and 1 or 0, roles = person.roles,
    skills = person.skills, fence = person.fence, changed = person.changed,
  })
end)
