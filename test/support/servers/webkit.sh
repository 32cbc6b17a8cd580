#!/usr/bin/env bash
# WebKitGTK at one page, on a display of its own, because it has no headless mode. Prints one line when it is started;
# ends when its standard input is closed, and everything that it started with it.
set -euo pipefail
folder=$1
shift

# This is the leader of a process group of its own: the group is what was started here.
trap 'trap "" TERM; kill 0; wait; rm -rf "$folder"; kill -KILL 0' EXIT
trap exit INT TERM

# Nothing of the user's is read or written, and no bus is started.
export HOME=$folder XDG_RUNTIME_DIR=$folder DBUS_SESSION_BUS_ADDRESS=disabled: NO_AT_BRIDGE=1
unset XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME WAYLAND_DISPLAY

mkfifo "$folder/display"
Xvfb -displayfd 3 -screen 0 1280x900x24 -nolisten tcp 3> "$folder/display" 2> /dev/null &
read -r display < "$folder/display"
DISPLAY=:$display "$@" >&2 &
echo ready
cat > /dev/null || true
