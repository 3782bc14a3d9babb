"""Redis scripts, so that each change of a run is one atomic step. Knows nothing of clients or connections.

Keys of a run: the hash ``run:<id>`` (epoch, meta, queue, person: the names of all for whom it counts, a line each, last, token, owner, until, tries,
cancelled, watch, finished) and the stream ``run:<id>:events`` whose ids are ``<seq>-0``. Shared: ``due`` (run by the time at which a supervisor looks at it), one
``waiting:<queue>`` per queue (run by ticket), ``queues``, ``active:<name>`` (set of runs), ``permits:<bucket>``, ``tickets``, ``workers``, and the stream
``restarts`` that tells every tail of a run whose history began again. Times are the server's, in ms.
Keys are built inside the scripts: the log lives on one server, not on a cluster.
"""

_COMMON = """
local p = KEYS[1]
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function hash(run) return p .. 'run:' .. run end
local function stream(run) return p .. 'run:' .. run .. ':events' end
local function names_in(lines) return string.gmatch(lines, '[^\\n]+') end
local function held(run, token)
  local h = redis.call('HMGET', hash(run), 'token', 'finished', 'last')
  if not h[1] then return 'unknown', 0 end
  if h[1] ~= token then return 'stale', 0 end
  if h[2] == '1' then return 'finished', tonumber(h[3]) end
  return 'ok', tonumber(h[3])
end
local function extend(run, ttl)
  redis.call('HSET', hash(run), 'until', now + ttl)
  redis.call('ZADD', p .. 'due', now + ttl, run)
end
"""

_ADMISSION = """
local function in_queues()
  local total = 0
  for _, queue in ipairs(redis.call('SMEMBERS', p .. 'queues')) do total = total + redis.call('ZCARD', p .. 'waiting:' .. queue) end
  return total
end
-- runs of a share that are going and that wait; one whose hash has been lost holds no place
local function of_share(name)
  local active, waiting = 0, 0
  for _, run in ipairs(redis.call('SMEMBERS', p .. 'active:' .. name)) do
    local queue = redis.call('HGET', hash(run), 'queue')
    if queue then
      active = active + 1
      if redis.call('ZSCORE', p .. 'waiting:' .. queue, run) then waiting = waiting + 1 end
    else
      redis.call('SREM', p .. 'active:' .. name, run)
    end
  end
  return active, waiting
end
-- which bound leaves no place for another run, how many there are, and of whom; shares: name, most active, most waiting, and so on
local function refused(most_queue, shares)
  for i = 1, #shares, 3 do
    local active, waiting = of_share(shares[i])
    if active >= tonumber(shares[i + 1]) then return {'active', active, shares[i]} end
    if waiting >= tonumber(shares[i + 2]) then return {'waiting', waiting, shares[i]} end
  end
  local queued = in_queues()
  if queued >= tonumber(most_queue) then return {'queue', queued, ''} end
end
"""

CREATE = (
    _COMMON
    + _ADMISSION
    + """
local run, epoch, meta, queue, names, patience, life, most_queue = unpack(ARGV, 1, 8)
local known = redis.call('HGET', hash(run), 'epoch')
if known then return {'ok', known, ''} end
if most_queue ~= '' then
  local answer = refused(most_queue, {unpack(ARGV, 9)})
  if answer then return answer end
end
redis.call('DEL', stream(run))
redis.call('HSET', hash(run), 'epoch', epoch, 'meta', meta, 'queue', queue, 'person', names, 'last', 0, 'token', 0, 'until', 0, 'tries', 0)
redis.call('PEXPIRE', hash(run), life)
redis.call('ZADD', p .. 'due', now + patience, run)
redis.call('SADD', p .. 'queues', queue)
redis.call('ZADD', p .. 'waiting:' .. queue, redis.call('INCR', p .. 'tickets'), run)
for name in names_in(names) do
  redis.call('SADD', p .. 'active:' .. name, run)
  redis.call('PEXPIRE', p .. 'active:' .. name, life)
end
return {'ok', epoch, ''}
"""
)

HEAD = (
    _COMMON
    + """
local run = ARGV[1]
local h = redis.call('HMGET', hash(run), 'epoch', 'last', 'finished', 'queue')
if not h[1] then return false end
local position = redis.call('ZRANK', p .. 'waiting:' .. h[4], run)
return {h[1], tonumber(h[2]), h[3] == '1' and 1 or 0, position and tonumber(position) or -1}
"""
)

CLAIM = (
    _COMMON
    + """
local run, owner, ttl, life = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local h = redis.call('HMGET', hash(run), 'token', 'owner', 'until', 'finished', 'queue')
if not h[1] or h[4] == '1' then return -1 end
local token, live = tonumber(h[1]), tonumber(h[3]) > now
if live and h[2] ~= owner then return -1 end
if not live then token = token + 1 end
redis.call('HSET', hash(run), 'token', token, 'owner', owner, 'tries', 0)
redis.call('PEXPIRE', hash(run), life)
redis.call('PEXPIRE', stream(run), life)
redis.call('ZREM', p .. 'waiting:' .. h[5], run)
extend(run, ttl)
return token
"""
)

RENEW = (
    _COMMON
    + """
local run, token, ttl = ARGV[1], ARGV[2], tonumber(ARGV[3])
local state = held(run, token)
if state == 'ok' then extend(run, ttl) end
return state
"""
)

RELEASE = (
    _COMMON
    + """
local run, token = ARGV[1], ARGV[2]
if held(run, token) == 'ok' then
  redis.call('HSET', hash(run), 'until', 0)
  redis.call('ZADD', p .. 'due', 0, run)
end
return 'ok'
"""
)

APPEND = (
    _COMMON
    + """
local run, token, ttl, seq, data, final, life = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5], ARGV[6], ARGV[7]
local state, last = held(run, token)
if state == 'finished' and seq <= last then return {'ok', last} end
if state ~= 'ok' then return {state, last} end
if seq > last + 1 then return {'missing', last} end
if seq == last + 1 then
  if final == '1' then
    redis.call('XADD', stream(run), seq .. '-0', 'd', data, 'f', '1')
    local h = redis.call('HMGET', hash(run), 'queue', 'person')
    redis.call('HSET', hash(run), 'last', seq, 'finished', '1')
    redis.call('ZREM', p .. 'due', run)
    redis.call('ZREM', p .. 'waiting:' .. h[1], run)
    for name in names_in(h[2]) do redis.call('SREM', p .. 'active:' .. name, run) end
    redis.call('PEXPIRE', hash(run), life)
    redis.call('PEXPIRE', stream(run), life)
    return {'ok', seq}
  end
  redis.call('XADD', stream(run), seq .. '-0', 'd', data)
  redis.call('HSET', hash(run), 'last', seq)
end
extend(run, ttl)
return {'ok', math.max(seq, last)}
"""
)

RESTART = (
    _COMMON
    + """
local run, token, epoch = ARGV[1], ARGV[2], ARGV[3]
local state = held(run, token)
if state ~= 'ok' then return state end
redis.call('DEL', stream(run))
redis.call('HSET', hash(run), 'last', 0, 'epoch', epoch)
redis.call('XADD', p .. 'restarts', 'MAXLEN', 100, '*', 'run', run)
return 'ok'
"""
)

# A field of a run that is still going: ARGV = run, field, value.
SET_UNFINISHED = (
    _COMMON
    + """
local run, field, value = unpack(ARGV)
local h = redis.call('HMGET', hash(run), 'epoch', 'finished')
if h[1] and h[2] ~= '1' then redis.call('HSET', hash(run), field, value) end
return 'ok'
"""
)

TAKE_LAPSED = (
    _COMMON
    + """
local patience, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local taken = {}
for _, run in ipairs(redis.call('ZRANGEBYSCORE', p .. 'due', '-inf', now, 'LIMIT', 0, limit)) do
  local h = redis.call('HMGET', hash(run), 'queue', 'token', 'tries', 'finished')
  if h[1] and h[4] ~= '1' then
    redis.call('ZADD', p .. 'due', now + patience, run)
    redis.call('HINCRBY', hash(run), 'tries', 1)
    table.insert(taken, {run, h[1], tonumber(h[2]), tonumber(h[3])})
  else
    redis.call('ZREM', p .. 'due', run)
  end
end
return taken
"""
)

WAITING = _COMMON + _ADMISSION + "return in_queues()"

POST = (
    _COMMON
    + """
local box, data, life = unpack(ARGV)
redis.call('DEL', stream(box))
redis.call('XADD', stream(box), '1-0', 'd', data, 'f', '1')
redis.call('PEXPIRE', stream(box), life)
return 'ok'
"""
)

PERMIT = (
    _COMMON
    + """
local name, rate, burst = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local key = p .. 'permits:' .. name
local h = redis.call('HMGET', key, 'left', 'seen')
local left = math.min(burst, (tonumber(h[1]) or burst) + math.max(0, now - (tonumber(h[2]) or now)) * rate / 1000)
local had = left >= 1
if had then left = left - 1 end
redis.call('HSET', key, 'left', tostring(left), 'seen', now)
redis.call('PEXPIRE', key, math.ceil(burst / rate * 1000))
return had and 1 or 0
"""
)

BEAT = (
    _COMMON
    + """
local worker, ttl = ARGV[1], tonumber(ARGV[2])
if ttl > 0 then redis.call('ZADD', p .. 'workers', now + ttl, worker) else redis.call('ZREM', p .. 'workers', worker) end
return 'ok'
"""
)

WORKERS = (
    _COMMON
    + """
redis.call('ZREMRANGEBYSCORE', p .. 'workers', '-inf', now)
return redis.call('ZRANGE', p .. 'workers', 0, -1)
"""
)
