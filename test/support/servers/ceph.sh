#!/usr/bin/env bash
# A real S3 server on 127.0.0.1: the RADOS Gateway of Ceph with one monitor and one OSD, all in memory.
# Prints one line when it is ready. Ends on a signal, or when its standard input is closed.
set -euo pipefail
folder=$1 port=$2 monitor_port=$3 key=$4 secret=$5

mkdir -p "$folder"/{mon,osd,rgw}
cluster=$(cat /proc/sys/kernel/random/uuid)
export CEPH_CONF=$folder/ceph.conf
cat > "$CEPH_CONF" <<CONF
[global]
fsid = $cluster
mon host = v1:127.0.0.1:$monitor_port
public addr = 127.0.0.1
cluster addr = 127.0.0.1
run dir = $folder
log file = $folder/\$name.log

# Only the gateway authenticates.
auth cluster required = none
auth service required = none
auth client required = none

# One replica, and nothing on disk.
osd pool default size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
mon allow pool size one = true
rgw rados pool pg num min = 1
osd objectstore = memstore
memstore device bytes = 4294967296
mon data = $folder/mon
osd data = $folder/osd
rgw data = $folder/rgw

# Without cephx the OSD cannot place itself in the CRUSH map; it is placed by hand below.
osd crush chooseleaf type = 0
osd crush update on start = false
osd class update on start = false

# Deleted objects free their memory at once, not after two hours.
rgw gc obj min wait = 1
rgw gc processor max time = 1
rgw gc processor period = 1

# Allows buckets in the host name.
rgw dns name = localhost

# The default intervals make the start ten times as long; without tcp_nodelay every GET is slow.
paxos propose interval = 0.05
paxos min wait = 0.01
rgw frontends = beast endpoint=127.0.0.1:$port tcp_nodelay=1
CONF

processes=()
# The gateway hangs on SIGTERM without its monitor, and there is nothing to lose.
trap 'exec 2> /dev/null; kill -9 "${processes[@]}"; wait; rm -rf "$folder"' EXIT
trap exit INT TERM

monmaptool --create --fsid "$cluster" --addv a "[v1:127.0.0.1:$monitor_port]" "$folder/monmap" > /dev/null
ceph-mon --mkfs -i a --monmap "$folder/monmap"
ceph-mon -f -i a 2> /dev/null & processes+=($!)
ceph --connect-timeout 20 osd new "$cluster" > /dev/null
ceph osd crush add osd.0 1 host=h root=default 2> /dev/null
ceph-osd --mkfs -i 0 --osd-uuid "$cluster" > /dev/null 2>&1
ceph-osd -f -i 0 > /dev/null 2>&1 & processes+=($!)
radosgw-admin user create --uid=test --display-name=test --access-key="$key" --secret="$secret" > /dev/null 2>&1
radosgw -f -n client.rgw > /dev/null 2>&1 & processes+=($!)
until (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do sleep 0.05; done
echo ready
cat > /dev/null || true
