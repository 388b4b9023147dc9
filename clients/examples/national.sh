#!/bin/sh
# A national system with curl alone: today's figures out, the party's feed in.
#
#   export ROUTEHUB_URL=https://hub.example ROUTEHUB_KEY_FILE=$HOME/routehub.key
#   sh national.sh push figures.json [--dry-run]
#   sh national.sh read [cursor.txt]
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The header comes from a file, not from the command line, where other users of the machine could read it.
(umask 077; printf 'Authorization: Bearer %s\n' "$(cat "$ROUTEHUB_KEY_FILE")" > "$work/header")

# curl waits as long as Retry-After says after 429 and 503, and repeats the same request with the same headers.
ask() { # ask METHOD PATH [more arguments of curl]: the body into $work/body, the status to standard output
  method=$1 path=$2
  shift 2
  curl --silent --show-error --retry 5 --retry-connrefused --output "$work/body" --write-out '%{http_code}' \
    --header "@$work/header" --request "$method" "$ROUTEHUB_URL/v1$path" "$@"
}

member() { # member NAME: the first text of this name in the body
  sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" "$work/body"
}

push() {
  query=""
  [ "${2:-}" = "--dry-run" ] && query="?dry_run=true"
  ask GET /me > "$work/status"
  party=$(sed -n 's/.*"party": *{"code": *"\([^"]*\)".*/\1/p' "$work/body")
  day=$(member reporting_day)
  # One id for one message: if an answer is lost, the repeat is known for the same message.
  id=$(uuidgen 2>/dev/null || cat /proc/sys/kernel/random/uuid)
  status=$(ask PUT "/parties/$party/reports/$day$query" --header "Content-Type: application/json" \
    --header "Idempotency-Key: $id" --data-binary "@$1")
  case $status in
    200 | 201) echo "$status $day $(member web)" ;;
    *)
      echo "$status: not accepted" >&2
      # Every problem at once: where it sits, and what to do.
      grep -oE '"(pointer|message|detail|suggestion)": *"([^"\\]|\\.)*"' "$work/body" >&2 || cat "$work/body" >&2
      exit 1
      ;;
  esac
}

read_feed() {
  file=${1:-cursor.txt}
  while :; do
    status=$(ask GET "/messages?limit=100&after=$(cat "$file" 2>/dev/null || echo 0)")
    [ "$status" = 200 ] || { cat "$work/body" >&2; exit 1; }
    cat "$work/body"
    echo
    # The cursor moves only after the messages are out: after a crash some come again, and none is lost.
    member next > "$file.new" && mv "$file.new" "$file"
    grep -q '"more": *true' "$work/body" || break
  done
}

case ${1:-} in
  push) push "$2" "${3:-}" ;;
  read) read_feed "${2:-cursor.txt}" ;;
  *) echo "sh national.sh push FILE [--dry-run] | read [CURSOR-FILE]" >&2; exit 2 ;;
esac
