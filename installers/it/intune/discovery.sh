#!/bin/sh
# Microsoft Intune custom compliance for Linux and macOS: one line of JSON for rules.json, and always exit code 0.
# Python is not needed. Run as root it looks after all people of the computer, else after the one it runs as.
# A first argument, for trying it out, is a folder that stands for "/".

# --- Reading: the same in every script of this kit -------------------------------------------------------------------
# Prints one line: STATE CURRENT OVERALL NO_ACTION PEOPLE AGE_HOURS FAIL WARN UNKNOWN OLDEST. Of all people of this
# computer the worst counts. Read are the time, the overall word and the counts of each status.json, nothing else; what
# is not exactly as Watchword writes it is "damaged". No link below a home is followed and nothing but a plain file is
# opened, because this may run as root and a home belongs to somebody else. 99999 stands for "nobody knows".
set -u
PATH=/usr/bin:/bin:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL

has_link() { # FOLDER PATH_BELOW
  place=$1
  rest=$2
  while [ -n "$rest" ]; do
    place=$place/${rest%%/*}
    case $rest in */*) rest=${rest#*/} ;; *) rest= ;; esac
    [ -L "$place" ] && return 0
  done
  return 1
}

judge() { # FOLDER PATH_BELOW: prints STATE OVERALL AGE_HOURS FAIL WARN UNKNOWN MADE, or nothing if there is no Watchword
  file=$1/$2
  if [ ! -e "$file" ] && [ ! -L "$file" ]; then
    [ -d "${file%/*}" ] && printf 'missing unknown - - - - -\n'
    return 0
  fi
  if has_link "$1" "$2" || [ ! -f "$file" ] || [ ! -r "$file" ]; then
    printf 'unreadable unknown - - - - -\n'
    return 0
  fi
  # Not left to awk: to some of them a line ends at the first zero byte.
  if [ "$(head -c 8388609 "$file" | wc -c)" -gt 8388608 ]; then
    printf 'unreadable unknown - - - - -\n'
    return 0
  fi
  head -c 8388609 "$file" | awk -v now="$(date +%s)" '
    function is_time(t) { return t ~ /^20[0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z$/ }
    function seconds(t,  y, m, d, last, days) {
      y = substr(t, 1, 4) + 0; m = substr(t, 6, 2) + 0; d = substr(t, 9, 2) + 0
      if (m < 1 || m > 12 || d < 1 || substr(t, 12, 2) + 0 > 23) return -1
      last = (m == 4 || m == 6 || m == 9 || m == 11) ? 30 : 31
      if (m == 2) last = (y % 4 == 0) ? 29 : 28
      if (d > last) return -1
      if (m <= 2) { y--; m += 12 }
      days = 365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * (m - 3) + 2) / 5) + d - 1 - 719468
      return ((days * 24 + substr(t, 12, 2)) * 60 + substr(t, 15, 2)) * 60 + substr(t, 18, 2)
    }
    NR == 1 { if ($0 != "{") bad = 1; next }
    ended { bad = 1; next }
    $0 == "}" { ended = 1; next }
    /^  "/ {
      part = ""
      if ($0 == "  \"schema\": \"watchword.status/1\",") formats++
      else if (/^  "generated_at": ".*",$/) { times++; made = substr($0, 20, length($0) - 21) }
      else if ($0 == "  \"summary\": {") { summaries++; part = "summary" }
      else if ($0 == "  \"checks\": [") { lists++; part = "checks" }
      else if ($0 == "  \"checks\": []") lists++
      else if (/^  "(schema|generated_at|summary|checks)"/) bad = 1
      next
    }
    part == "summary" && /^    "overall": "(ok|attention|action|unknown)",$/ { words++; split($0, q, "\""); word = q[4]; next }
    part == "summary" && /^    "overall"/ { bad = 1; next }
    part == "summary" && /^      "(pass|warn|fail|unknown|not_applicable|disabled)": [0-9]+,?$/ {
      split($0, q, "\""); counts++; name = q[2]; value = q[3]; gsub(/[^0-9]/, "", value)
      if ((name in count) || length(value) > 5) bad = 1
      count[name] = value + 0
      next
    }
    part == "checks" && /^      "status": / {
      split($0, q, "\"")
      if (q[4] !~ /^(pass|warn|fail|unknown|not_applicable|disabled)$/) bad = 1
      rows[q[4]]++
    }
    END {
      for (name in count) if (count[name] != rows[name] + 0) bad = 1
      for (name in rows) if (rows[name] != count[name] + 0) bad = 1
      wrong = count["fail"] + count["warn"]
      if (word == "ok" && wrong || word == "unknown" && (wrong || !count["unknown"])) bad = 1
      if (word == "attention" && !wrong || word == "action" && !count["fail"]) bad = 1
      if (bad || !ended || formats != 1 || times != 1 || summaries != 1 || lists != 1 || words != 1 || counts != 6 ||
          !is_time(made) || seconds(made) < 0) { print "damaged unknown - - - - -"; exit }
      age = now - seconds(made)
      state = (age < -600) ? "future" : (age > 604800) ? "stale" : "current"
      printf "%s %s %d %d %d %d %s\n", state, word, (age < 0) ? 0 : int(age / 3600), count["fail"], count["warn"],
        count["unknown"], made
    }'
}

everybody() { # ROOT
  if [ -z "$1" ] && [ "$(id -u)" != 0 ]; then
    judge "${XDG_STATE_HOME:-${HOME:-/nonexistent}/.local/state}" watchword/status.json
    judge "${HOME:-/nonexistent}" "Library/Application Support/Watchword/status.json"
    return
  fi
  for home in "$1"/home/* "$1"/home/*/* "$1"/Users/*; do
    [ -d "$home" ] || continue
    judge "$home" .local/state/watchword/status.json
    judge "$home" "Library/Application Support/Watchword/status.json"
  done
}

worst() {
  everybody "$1" | awk '
    function most(n) { return n > 99999 ? 99999 : n }
    BEGIN { n = split("current stale future unreadable damaged missing", order, " "); for (i = 1; i <= n; i++) rank[order[i]] = i }
    NF != 7 || !($1 in rank) { $1 = "damaged"; $2 = "unknown"; $3 = "-" }
    {
      if (rank[$1] > worst) worst = rank[$1]
      if ($1 != "missing") people++
      if ($3 == "-") ageless = 1
      else { if ($3 + 0 > age) age = $3 + 0; if (oldest == "" || $7 < oldest) oldest = $7 }
      if ($1 == "current") { said[$2] = 1; fail += $4; warn += $5; unknown += $6 } else said["unknown"] = 1
    }
    END {
      state = worst ? order[worst] : "missing"
      current = state == "current"
      overall = said["action"] ? "action" : (said["unknown"] || !worst) ? "unknown" : said["attention"] ? "attention" : "ok"
      if (ageless || !worst) { age = 99999; oldest = "-" }
      if (!current) { fail = warn = unknown = 99999 }
      printf "%s %s %s %s %d %d %d %d %d %s\n", state, (current ? "true" : "false"), overall,
        (current && (overall == "ok" || overall == "attention")) ? "true" : "false", people,
        most(age), most(fail), most(warn), most(unknown), oldest
    }'
}

# shellcheck disable=SC2046  # ten words, of which none has a space or a wildcard
set -- $(worst "${1:-}" 2>/dev/null)
[ $# -eq 10 ] || set -- unreadable false unknown false 0 99999 99999 99999 99999 -
# --- End of reading --------------------------------------------------------------------------------------------------

printf '{"WatchwordState":"%s","WatchwordCurrent":%s,"WatchwordOverall":"%s","WatchwordNoAction":%s' "$1" "$2" "$3" "$4"
printf ',"WatchwordPeople":%d,"WatchwordAgeHours":%d,"WatchwordFail":%d' "$5" "$6" "$7"
printf ',"WatchwordWarn":%d,"WatchwordUnknown":%d}\n' "$8" "$9"
exit 0
