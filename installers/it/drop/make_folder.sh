#!/bin/sh
# Makes the folder in which everybody who uses this computer leaves their report, on Linux and macOS. Run it as root; to
# run it again does no harm. A first argument is another folder, by its full path.
# 1733: everybody may put a file there, and take away their own (sticky); only root may list the folder.
set -eu
PATH=/usr/bin:/bin:/usr/sbin:/sbin
export PATH
umask 022

fail() {
  echo "make_folder.sh: $1" >&2
  exit 1
}

case $(uname -s) in
  Darwin) folder="/Library/Application Support/Watchword/reports" ;;
  *) folder=/var/lib/watchword/reports ;;
esac
folder=${1:-$folder}
while [ "$folder" != "${folder%/}" ]; do folder=${folder%/}; done

case $folder in
  /*) ;;
  *) fail "give the full path of the folder" ;;
esac
[ "$(id -u)" = 0 ] || fail "only root can make the folder"
if [ -L "$folder" ] || { [ -e "$folder" ] && [ ! -d "$folder" ]; }; then
  fail "$folder is a link, or no folder"
fi
install -d -m 1733 -o 0 -g 0 "$folder"
