#!/bin/bash
# A Slurm cluster of one node for a test: run by root, without systemd, with all of
# its files in a folder of its own. It says "ready" when it is, and lives until its
# standard input ends, so that it goes with the test, however that ends.
#
#   slurm.sh FOLDER PORT PORT
set -eu
dir=$1 port=$2 nodeport=$3
host=$(hostname -s)
export SLURM_CONF=$dir/slurm.conf

daemons=()
start() { # NAME COMMAND... in the foreground, so that the process is known
  local name=$1
  shift
  "$@" >"$dir/log/$name.out" 2>&1 </dev/null &
  daemons=($! "${daemons[@]}")
}

stop() {
  trap - EXIT
  # Jobs outlive the daemon of their node: they go first.
  scancel --user=root --signal=KILL --full 2>/dev/null || true
  scancel --user=root 2>/dev/null || true
  for _ in $(seq 50); do
    [ -z "$(squeue --noheader --states=running,completing 2>/dev/null)" ] && break
    sleep 0.1
  done
  for pid in "${daemons[@]}"; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" || true
  done
}
trap stop EXIT

until_true() { # SECONDS COMMAND...
  local tenths=$((10 * $1))
  shift
  for _ in $(seq $tenths); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.1
  done
  echo "waited in vain for: $*" >&2
  tail -n 5 "$dir"/log/* >&2
  exit 1
}

mkdir -p "$dir"/{state,spool,log,run}
chmod 755 "$dir" "$dir"/* # munge wants its socket where others can reach it
(umask 077 && head -c 1024 /dev/urandom >"$dir/munge.key")
start munged munged --force --foreground --key-file="$dir/munge.key" --socket="$dir/run/munge.sock" \
  --pid-file="$dir/run/munged.pid" --log-file="$dir/log/munged.log" --seed-file="$dir/run/munge.seed"
until_true 10 test -S "$dir/run/munge.sock"

# No cgroups, no accounting, no names to look up. Job credentials expire soon:
# only then is a job that was put back started again.
cat >"$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$nodeport
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/run/munge.sock,cred_expire=5
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/run/slurmctld.pid
SlurmdPidFile=$dir/run/slurmd.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd.log
MinJobAge=600
InactiveLimit=0
KillWait=5
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
start slurmctld slurmctld -D -f "$SLURM_CONF"
until_true 20 scontrol ping
start slurmd slurmd -D -N "$host" -f "$SLURM_CONF"
idle() { sinfo --noheader --format=%t | grep -q idle; }
until_true 30 idle

echo ready
cat >/dev/null
