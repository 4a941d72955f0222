#!/usr/bin/env bash
# Private PostgreSQL and RabbitMQ for this checkout, from the machine's own packages. See README.md beside this file.
#
# They live in a state folder of their own, on ports of their own and on the loopback address only. The instances that
# the packages may have started by themselves (5432, 5672, epmd on 4369) are never touched.
set -Eeuo pipefail
umask 022

usage() {
  cat <<'USAGE'
usage: servers.sh COMMAND NAME

  up NAME                          start what is not running (installs the packages when missing and allowed)
  down NAME                        stop both, cleanly; data stays
  status NAME                      what runs, where
  env NAME                         export lines: LEADSYNC_POSTGRES, LEADSYNC_RABBITMQ, LEADSYNC_RABBITMQ_MANAGEMENT
  wipe NAME                        end both at once and delete their data
  kill NAME postgres|rabbitmq      SIGKILL the whole server, as a crash would (for trials)
  start NAME postgres|rabbitmq     start one again: same data, same port
  home NAME                        print the state folder

NAME is run or test. When LEADSYNC_POSTGRES (an Npgsql connection string of a login that may create databases and roles)
or LEADSYNC_RABBITMQ (an amqp URI; LEADSYNC_RABBITMQ_MANAGEMENT beside it) is set, that server is used and none is started.
State folder: $LEADSYNC_HOME/NAME, else /var/tmp/leadsync-<uid>-<hash of this checkout's path>/NAME.
USAGE
}

say() { printf '%s\n' "$*" >&2; }
die() {
  say "servers.sh: $*"
  exit 1
}

# --- where things are ------------------------------------------------------------------------------------------------

here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
checkout=$(cd -P -- "$here/../.." && pwd -P)
me=$(id -u)

command=${1:-help}
case $command in
  help | -h | --help)
    usage
    exit 0
    ;;
esac
name=${2:-}
[[ $name == run || $name == test ]] || {
  usage >&2
  exit 2
}

home=${LEADSYNC_HOME:-/var/tmp/leadsync-$me-$(printf %s "$checkout" | sha256sum | cut -c1-8)}
# RabbitMQ's own scripts split some paths at blanks.
[[ $home == /* && $home != *[[:space:]]* ]] || die "LEADSYNC_HOME must be an absolute path without blanks, not '$home'"
state=$home/$name
pg=$state/postgres
pg_data=$pg/data
mq=$state/rabbitmq
secrets=$state/secrets

own_postgres=true
own_rabbitmq=true
[[ -z ${LEADSYNC_POSTGRES:-} ]] || own_postgres=false
[[ -z ${LEADSYNC_RABBITMQ:-} ]] || own_rabbitmq=false

make_state() {
  local folder
  # Others may know this name in a shared /var/tmp: a folder that somebody else made is never used.
  for folder in "$home" "$state"; do
    mkdir -p -- "$folder" 2>/dev/null || true
    [[ -d $folder && ! -L $folder && -O $folder ]] ||
      die "$folder is not a folder of $(id -un); set LEADSYNC_HOME to a folder that is"
    chmod 0711 "$folder"
  done
  mkdir -p -- "$secrets"
  chmod 0700 "$secrets"
}

# One at a time for each NAME; servers must not inherit the lock (9>&- where they start), or it would outlive us.
take_lock() {
  make_state
  exec 9>>"$state/lock"
  if ! flock -n 9; then
    say "waiting for another servers.sh working on '$name' …"
    flock -w 300 9 || die "another servers.sh has held $state/lock for five minutes"
  fi
}

# --- small tools (nothing beyond bash, coreutils, util-linux and grep) -----------------------------------------------

random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

# A generated secret, made once.
secret() {
  [[ -s $secrets/$1 ]] || (umask 077 && random_hex 24 >"$secrets/$1.new" && mv -- "$secrets/$1.new" "$secrets/$1")
  cat -- "$secrets/$1"
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

port() { cat -- "$state/port.$1" 2>/dev/null; }

# Below the range the kernel hands to outgoing connections, so that no client of anybody takes a remembered port.
choose_port() {
  local candidate try
  for try in {1..200}; do
    candidate=$((20000 + (RANDOM * 32768 + RANDOM) % 10000))
    port_open "$candidate" && continue
    grep -qsx -- "$candidate" "$state"/port.* && continue
    echo "$candidate" >"$state/port.$1"
    return
  done
  die "no free port between 20000 and 29999 after $try tries"
}

# Keeps the remembered ports of a server that is down, unless somebody else listens there now.
settle_ports() {
  local which
  for which in "$@"; do
    if ! port "$which" >/dev/null || port_open "$(port "$which")"; then choose_port "$which"; fi
  done
}

# What to put before a command that must run as the package's user: needed as root only (PostgreSQL refuses root).
prefix_as() {
  prefix=()
  ((me != 0)) || prefix=(setpriv --reuid="$(id -u "$1")" --regid="$(id -g "$1")" --init-groups --inh-caps=-all --)
}

as() {
  local prefix
  prefix_as "$1"
  shift
  "${prefix[@]}" "$@"
}

give_to() {
  local user=$1
  shift
  ((me != 0)) || chown -- "$user:$(id -gn "$user")" "$@"
}

check_reachable() {
  as "$1" test -x "$2" || die "user $1, who must run the server, cannot enter $2: set LEADSYNC_HOME to a folder that $1 can reach"
}

# wait_until SECONDS COMMAND…
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

elapsed() {
  local took=$(($(milliseconds) - $1))
  printf '%d.%d s' $((took / 1000)) $((took % 1000 / 100))
}

keep_log_small() {
  local size
  size=$(stat -c %s -- "$1" 2>/dev/null || echo 0)
  ((size < 20000000)) || mv -- "$1" "$1.1"
}

explain_failure() {
  local log
  say "$1; the last lines of its log:"
  shift
  for log in "$@"; do
    [[ -s $log ]] || continue
    tail -n 15 -- "$log" | sed 's/^/    /' >&2
    say "  log: $log"
  done
  return 1
}

# --- packages --------------------------------------------------------------------------------------------------------

postgres_bin() {
  local major='' folder
  [[ ! -s $pg_data/PG_VERSION ]] || major=$(<"$pg_data/PG_VERSION")
  for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -t/ -k5 -Vr); do
    [[ -x $folder/postgres && -x $folder/initdb ]] || continue
    if [[ -z $major || $folder == "/usr/lib/postgresql/$major/bin" ]]; then
      echo "$folder"
      return
    fi
  done
  return 1
}

rabbitmq_server() {
  local script=/usr/lib/rabbitmq/bin/rabbitmq-server
  [[ -x $script ]] && echo "$script"
}

install_packages() {
  local missing=() admin=() log
  if $own_postgres && ! postgres_bin >/dev/null; then
    if [[ -s $pg_data/PG_VERSION ]]; then
      die "the data in $pg_data is of PostgreSQL $(<"$pg_data/PG_VERSION"), which is not installed any more: install it, or give the data up with 'servers.sh wipe $name'"
    fi
    missing+=(postgresql)
  fi
  if $own_rabbitmq && ! rabbitmq_server >/dev/null; then missing+=(rabbitmq-server); fi
  ((${#missing[@]})) || return 0

  local by_hand="install them (Debian, Ubuntu: sudo apt-get install --no-install-recommends ${missing[*]}), or point LEADSYNC_POSTGRES / LEADSYNC_RABBITMQ to existing servers"
  command -v apt-get >/dev/null || die "needed and not installed: ${missing[*]}. This is no Debian-like system: $by_hand"
  if ((me != 0)); then
    sudo -n true 2>/dev/null || die "needed and not installed: ${missing[*]}. Neither root nor passwordless sudo: $by_hand"
    admin=(sudo -n)
  fi
  log=$state/install.log
  say "installing ${missing[*]} …"
  # A repository that cannot be refreshed matters only when the install then fails.
  { "${admin[@]}" apt-get -o DPkg::Lock::Timeout=300 update || true; } >"$log" 2>&1 9>&-
  "${admin[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1 9>&- </dev/null ||
    explain_failure "installing ${missing[*]} did not work: $by_hand" "$log" || exit 1
}

# --- PostgreSQL ------------------------------------------------------------------------------------------------------

# Every process of this server: they all work in its data folder, children orphaned by a crash included.
postgres_pids() {
  local cwd pid
  for cwd in /proc/[0-9]*/cwd; do
    # "(deleted)": somebody removed the state folder while the server ran.
    [[ $(readlink -- "$cwd" 2>/dev/null) == "$pg_data"?(' (deleted)') ]] || continue
    pid=${cwd#/proc/} && pid=${pid%/cwd}
    [[ $(cat "/proc/$pid/comm" 2>/dev/null) == postgres ]] && echo "$pid"
  done
  return 0
}

# The pid file alone proves nothing: after a crash its number may be anybody's.
postgres_pid() {
  local pid
  pid=$(head -n 1 -- "$pg_data/postmaster.pid" 2>/dev/null) || return 1
  [[ $pid && $(readlink -- "/proc/$pid/cwd" 2>/dev/null) == "$pg_data" ]] && echo "$pid"
}

postgres_ready() { postgres_pid >/dev/null && "$(postgres_bin)/pg_isready" -q -h 127.0.0.1 -p "$(port postgres)" -t 2; }
postgres_ready_or_dead() { postgres_ready || ! postgres_pid >/dev/null; }
postgres_gone() { [[ -z $(postgres_pids) ]]; }

create_postgres() {
  say "postgres: making a database cluster in $pg_data"
  rm -rf -- "$pg_data.new"
  (umask 077 && printf '%s\n' "$(secret postgres)" >"$pg/password")
  give_to postgres "$pg/password"
  as postgres env -i PATH="$PATH" LC_ALL=C.UTF-8 "$(postgres_bin)/initdb" -D "$pg_data.new" -U postgres --pwfile="$pg/password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 >"$pg/initdb.log" 2>&1 </dev/null 9>&- ||
    explain_failure "postgres: making the database cluster did not work" "$pg/initdb.log" || return 1
  rm -f -- "$pg/password"
  echo "include = 'leadsync.conf'" >>"$pg_data.new/postgresql.conf"
  mv -- "$pg_data.new" "$pg_data"
}

configure_postgres() {
  local sockets=$pg/socket compression=on
  # A Unix socket's path has 107 bytes; the file's name needs some of them.
  ((${#sockets} < 85)) || sockets=
  (($(<"$pg_data/PG_VERSION") < 15)) || compression=lz4
  cat >"$pg_data/leadsync.conf" <<CONF
# Written by servers.sh at every start.
listen_addresses = '127.0.0.1'
port = $(port postgres)
unix_socket_directories = '$sockets'
max_connections = 300
shared_buffers = 512MB
max_wal_size = 4GB
wal_compression = $compression
fsync = on
synchronous_commit = on
timezone = 'UTC'
log_timezone = 'UTC'
# Values are people: neither statements nor the details of an error belong in a log.
log_min_error_statement = panic
log_error_verbosity = terse
CONF
  give_to postgres "$pg_data/leadsync.conf"
}

start_postgres() {
  local since try log=$pg/postgres.log
  if postgres_ready; then
    say "postgres: up on 127.0.0.1:$(port postgres)"
    return
  fi
  since=$(milliseconds)
  mkdir -p -- "$pg/socket"
  chmod 0711 "$pg"
  chmod 0700 "$pg/socket"
  give_to postgres "$pg" "$pg/socket"
  check_reachable postgres "$pg"
  if ! postgres_pid >/dev/null; then
    # Children of a killed server leave by themselves; a new one must not start beside them.
    wait_until 5 postgres_gone || kill_all "$(postgres_pids)"
    # We know that no server is there; what a killed one left behind may name a process that is somebody else's by now.
    rm -f -- "$pg_data/postmaster.pid" "$pg/socket"/.s.*
    [[ -s $pg_data/PG_VERSION ]] || create_postgres || return 1
    keep_log_small "$log"
    for try in 1 2 3; do
      settle_ports postgres
      configure_postgres
      if as postgres env -i PATH="$PATH" LC_ALL=C.UTF-8 "$(postgres_bin)/pg_ctl" -D "$pg_data" -l "$log" -s -w -t 60 start \
        >>"$pg/pg_ctl.log" 2>&1 </dev/null 9>&-; then
        break
      fi
      postgres_pid >/dev/null && break
      # Somebody took the port between our look and its bind: choose another. Anything else will not get better.
      port_open "$(port postgres)" || break
    done
  fi
  wait_until 60 postgres_ready_or_dead && postgres_ready || explain_failure "postgres: not ready" "$log" "$pg/pg_ctl.log" || return 1
  say "postgres: ready on 127.0.0.1:$(port postgres) ($(elapsed "$since"))"
}

stop_postgres() {
  local pid
  if pid=$(postgres_pid); then
    kill -INT "$pid" 2>/dev/null || true
    wait_until 30 postgres_gone || { kill -QUIT "$pid" 2>/dev/null || true; }
  fi
  wait_until 10 postgres_gone || kill_all "$(postgres_pids)"
  say "postgres: stopped"
}

kill_postgres() {
  local pid
  # Stopped first, so that it cannot answer the death of one child by making others.
  if pid=$(postgres_pid); then kill -STOP "$pid"; fi
  kill_all "$(postgres_pids)"
  wait_until 10 postgres_gone || die "postgres: processes of $pg_data outlive SIGKILL"
  say "postgres: killed"
}

# --- RabbitMQ --------------------------------------------------------------------------------------------------------

# Every process of this broker carries this variable, whatever its name: the emulator, its helpers, its epmd.
rabbitmq_mark() { echo "RABBITMQ_MNESIA_BASE=$mq/mnesia"; }

rabbitmq_pids() {
  local environ pid
  grep -lzxF -- "$(rabbitmq_mark)" /proc/[0-9]*/environ 2>/dev/null | while read -r environ; do
    pid=${environ#/proc/} && pid=${pid%/environ}
    # A process on its way out has no environment any more and is not listed; a fork of ours not yet exec'd is no server.
    [[ $(cat "/proc/$pid/comm" 2>/dev/null) =~ ^(${1:-beam.smp|epmd|erl_child_setup|inet_gethost|sh}) ]] && echo "$pid"
  done
  return 0
}

rabbitmq_pid() {
  local pids
  pids=$(rabbitmq_pids beam.smp)
  [[ $pids ]] && echo "${pids%%$'\n'*}"
}

rabbitmq_gone() { [[ -z $(rabbitmq_pids 'beam.smp|erl_child_setup|inet_gethost') ]]; }
epmd_gone() { [[ -z $(rabbitmq_pids epmd) ]]; }

# An answer of the management API proves more than an open port: the broker has booted and its user is there.
rabbitmq_answers() {
  local status
  port_open "$(port rabbitmq)" || return 1
  {
    exec 8<>"/dev/tcp/127.0.0.1/$(port rabbitmq-management)" || return 1
    printf 'GET /api/vhosts HTTP/1.0\r\nHost: localhost\r\nAuthorization: Basic %s\r\n\r\n' \
      "$(printf 'leadsync:%s' "$(secret rabbitmq)" | base64 -w0)" >&8
    read -r -t 5 status <&8 || status=
    exec 8>&-
  } 2>/dev/null
  [[ $status == *' 200 '* ]]
}

rabbitmq_ready() { rabbitmq_pid >/dev/null && rabbitmq_answers; }
rabbitmq_ready_or_dead() { rabbitmq_answers || ! rabbitmq_pid >/dev/null; }

configure_rabbitmq() {
  local memory
  # 40 % of the machine's memory, as by default, but no more than 2 GiB: it shares the machine with all the rest.
  memory=$(grep '^MemTotal:' /proc/meminfo | tr -dc 0-9)
  memory=$((memory * 1024 * 2 / 5))
  ((memory < 2147483648)) || memory=2147483648
  mkdir -p -- "$mq"/{home,mnesia,log,config}
  chmod 0700 "$mq"/{home,mnesia,log,config}
  if [[ ! -s $mq/home/.erlang.cookie ]]; then
    (umask 077 && random_hex 20 >"$mq/home/.erlang.cookie")
    chmod 0400 "$mq/home/.erlang.cookie"
  fi
  (
    umask 077
    echo '[rabbitmq_management].' >"$mq/config/enabled_plugins"
    echo '[].' >"$mq/config/advanced.config"
    cat >"$mq/config/rabbitmq.conf" <<CONF
# Written by servers.sh at every start.
listeners.tcp.local = 127.0.0.1:$(port rabbitmq)
management.tcp.ip = 127.0.0.1
management.tcp.port = $(port rabbitmq-management)
default_user = leadsync
default_pass = $(secret rabbitmq)
# impersonator: redriving a dead letter must keep the login that published it.
default_user_tags.administrator = true
default_user_tags.impersonator = true
vm_memory_high_watermark.absolute = $memory
disk_free_limit.absolute = 500MB
log.console = false
log.file.level = warning
CONF
  )
  give_to rabbitmq "$mq" "$mq"/{home,mnesia,log,config} "$mq"/config/{enabled_plugins,advanced.config,rabbitmq.conf} "$mq/home/.erlang.cookie"
}

launch_rabbitmq() {
  local prefix
  prefix_as rabbitmq
  # Each step becomes the next by exec, so that no shell of ours stays behind holding the lock; detached=… makes the
  # package's script become the emulator too. The working folder must be one that the user can enter.
  (
    exec 9>&- >>"$mq/start.log" 2>&1 </dev/null
    cd "$mq/home"
    exec setsid "${prefix[@]}" env -i \
      PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8 LC_ALL=C.UTF-8 \
      HOME="$mq/home" detached=true \
      RABBITMQ_NODENAME="leadsync_$name@localhost" \
      RABBITMQ_MNESIA_BASE="$mq/mnesia" RABBITMQ_LOG_BASE="$mq/log" RABBITMQ_PID_FILE="$mq/log/pid" \
      RABBITMQ_CONFIG_FILE="$mq/config/rabbitmq.conf" RABBITMQ_ADVANCED_CONFIG_FILE="$mq/config/advanced.config" \
      RABBITMQ_GENERATED_CONFIG_DIR="$mq/config" RABBITMQ_ENABLED_PLUGINS_FILE="$mq/config/enabled_plugins" \
      RABBITMQ_CONF_ENV_FILE=/dev/null ERL_CRASH_DUMP_SECONDS=0 \
      RABBITMQ_DIST_PORT="$(port rabbitmq-dist)" ERL_EPMD_PORT="$(port rabbitmq-epmd)" ERL_EPMD_ADDRESS=127.0.0.1 \
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
      "$(rabbitmq_server)"
  ) &
}

start_rabbitmq() {
  local since try
  if rabbitmq_ready; then
    say "rabbitmq: up on 127.0.0.1:$(port rabbitmq)"
    return
  fi
  since=$(milliseconds)
  mkdir -p -- "$mq"
  chmod 0711 "$mq"
  check_reachable rabbitmq "$mq"
  for try in 1 2 3; do
    # Without its ports it is a left-over whose state folder was removed under it.
    if ! rabbitmq_pid >/dev/null || ! port rabbitmq >/dev/null; then
      kill_all "$(rabbitmq_pids)"
      wait_until 10 epmd_gone || true
      settle_ports rabbitmq rabbitmq-management rabbitmq-dist rabbitmq-epmd
      configure_rabbitmq
      rm -f -- "$mq/start.log"
      launch_rabbitmq
      wait_until 10 rabbitmq_pid >/dev/null || true
    fi
    wait_until 120 rabbitmq_ready_or_dead || true
    rabbitmq_ready && break
    # It may have died because somebody took one of its ports between our look and its bind; then other ports are chosen.
    if rabbitmq_pid >/dev/null || ! grep -qs 'eaddrinuse\|already in use' "$mq/start.log"; then break; fi
  done
  rabbitmq_ready || explain_failure "rabbitmq: not ready" "$mq/start.log" "$mq/log/leadsync_$name@localhost.log" || return 1
  say "rabbitmq: ready on 127.0.0.1:$(port rabbitmq), management on $(port rabbitmq-management) ($(elapsed "$since"))"
}

stop_rabbitmq() {
  local pid
  if pid=$(rabbitmq_pid); then
    kill -TERM "$pid" 2>/dev/null || true
    wait_until 60 rabbitmq_gone || true
  fi
  kill_all "$(rabbitmq_pids)"
  wait_until 10 epmd_gone || true
  say "rabbitmq: stopped"
}

kill_rabbitmq() {
  kill_all "$(rabbitmq_pids 'beam.smp|erl_child_setup|inet_gethost|sh')"
  wait_until 10 rabbitmq_gone || die "rabbitmq: processes of $mq outlive SIGKILL"
  say "rabbitmq: killed"
}

# --- commands --------------------------------------------------------------------------------------------------------

kill_all() {
  # shellcheck disable=SC2086  # a list of numbers
  [[ -z $1 ]] || kill -KILL $1 2>/dev/null || true
}

up() {
  local pg_job='' mq_job='' failed=0
  take_lock
  install_packages
  if $own_postgres; then (start_postgres) & pg_job=$!; else say "postgres: the one in LEADSYNC_POSTGRES"; fi
  if $own_rabbitmq; then (start_rabbitmq) & mq_job=$!; else say "rabbitmq: the one in LEADSYNC_RABBITMQ"; fi
  if [[ $pg_job ]]; then wait "$pg_job" || failed=1; fi
  if [[ $mq_job ]]; then wait "$mq_job" || failed=1; fi
  return $failed
}

down() {
  [[ -d $state ]] || return 0
  take_lock
  (stop_rabbitmq) &
  (stop_postgres)
  wait
}

wipe() {
  [[ -d $state ]] || return 0
  take_lock
  kill_rabbitmq
  kill_postgres
  kill_all "$(rabbitmq_pids)"
  # Everything but the lock, which somebody may be waiting for.
  find "$state" -mindepth 1 -maxdepth 1 \( -name postgres -o -name rabbitmq -o -name secrets -o -name 'port.*' -o -name install.log \) \
    -exec rm -rf -- {} +
  say "wiped: PostgreSQL and RabbitMQ of '$name' in $state"
}

print_env() {
  if $own_postgres; then
    [[ -s $secrets/postgres && -s $state/port.postgres ]] || die "no PostgreSQL for '$name' yet: servers.sh up $name"
    printf 'export LEADSYNC_POSTGRES=%q\n' \
      "Host=127.0.0.1;Port=$(port postgres);Username=postgres;Password=$(secret postgres);Database=postgres"
  else
    printf 'export LEADSYNC_POSTGRES=%q\n' "$LEADSYNC_POSTGRES"
  fi
  if $own_rabbitmq; then
    [[ -s $secrets/rabbitmq && -s $state/port.rabbitmq ]] || die "no RabbitMQ for '$name' yet: servers.sh up $name"
    printf 'export LEADSYNC_RABBITMQ=%q\n' "amqp://leadsync:$(secret rabbitmq)@127.0.0.1:$(port rabbitmq)/"
    printf 'export LEADSYNC_RABBITMQ_MANAGEMENT=%q\n' "http://leadsync:$(secret rabbitmq)@127.0.0.1:$(port rabbitmq-management)"
  else
    printf 'export LEADSYNC_RABBITMQ=%q\n' "$LEADSYNC_RABBITMQ"
    printf 'export LEADSYNC_RABBITMQ_MANAGEMENT=%q\n' "${LEADSYNC_RABBITMQ_MANAGEMENT:-}"
  fi
}

print_status() {
  local pid
  if ! $own_postgres; then
    echo "postgres  the one in LEADSYNC_POSTGRES"
  elif pid=$(postgres_pid) && postgres_ready; then
    echo "postgres  ready    127.0.0.1:$(port postgres)  pid $pid  $pg"
  elif pid=$(postgres_pid); then
    echo "postgres  starting pid $pid  $pg"
  else
    echo "postgres  down     $pg"
  fi
  if ! $own_rabbitmq; then
    echo "rabbitmq  the one in LEADSYNC_RABBITMQ"
  elif pid=$(rabbitmq_pid) && rabbitmq_ready; then
    echo "rabbitmq  ready    127.0.0.1:$(port rabbitmq)  management 127.0.0.1:$(port rabbitmq-management)  pid $pid  $mq"
  elif pid=$(rabbitmq_pid); then
    echo "rabbitmq  starting pid $pid  $mq"
  else
    echo "rabbitmq  down     $mq"
  fi
}

one_server() {
  case ${1:-} in
    postgres) $own_postgres || die "PostgreSQL is the one in LEADSYNC_POSTGRES, which is not ours to $command" ;;
    rabbitmq) $own_rabbitmq || die "RabbitMQ is the one in LEADSYNC_RABBITMQ, which is not ours to $command" ;;
    *) die "$command which one? postgres or rabbitmq" ;;
  esac
  [[ -d $state ]] || die "no servers for '$name' yet: servers.sh up $name"
  take_lock
  "${command}_$1"
}

case $command in
  up) up ;;
  down) down ;;
  status) print_status ;;
  env) print_env ;;
  wipe) wipe ;;
  home) echo "$state" ;;
  kill | start) one_server "${3:-}" ;;
  *)
    usage >&2
    exit 2
    ;;
esac
