#!/bin/sh
# A first push with curl alone: the figures of one party for one reporting day.
#
#   export ROUTEHUB_URL=https://hub.example ROUTEHUB_KEY_FILE=$HOME/si.key
#   sh first_push.sh SI 2026-01-21 [--dry-run]
#
# Sending the same again changes nothing. Other values are a correction and need a "reason".
set -eu

party=$1
day=$2
query=""
[ "${3:-}" = "--dry-run" ] && query="?dry_run=true"

# The header comes from a file, not from the command line, where other users of the machine could read it.
header=$(mktemp)
trap 'rm -f "$header"' EXIT
printf 'Authorization: Bearer %s\n' "$(cat "$ROUTEHUB_KEY_FILE")" > "$header"

# The key of a repeat must be the one of the first try, so that the hub knows it for the same message.
attempt=${IDEMPOTENCY_KEY:-$(uuidgen 2>/dev/null || cat /proc/sys/kernel/random/uuid)}

curl --silent --show-error --fail-with-body --retry 5 --retry-connrefused \
  --request PUT "$ROUTEHUB_URL/v1/parties/$party/reports/$day$query" \
  --header "@$header" \
  --header "Content-Type: application/json" \
  --header "Idempotency-Key: $attempt" \
  --data @- <<'JSON'
{
  "figures": [
    {"indicator": "arrivals", "counterpart": "HR", "value": 1362},
    {"indicator": "departures", "counterpart": "AT", "value": 1121},
    {"indicator": "present", "value": 5840, "status": "provisional"}
  ]
}
JSON
echo
