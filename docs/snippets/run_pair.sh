#!/bin/sh
# run_pair.sh SENDER RECEIVER: the two programs of docs/channel.md, started together; both have to end well.
"$2" &
receiver=$!
"$1" || exit 1
wait "$receiver"
