#!/usr/bin/env bash
# Make a real Windows CPython 3.11 that runs under Wine, with Watchword's dependencies, for the tests in this folder.
#
#   tests/windows/wine-python.sh [DEST]      DEST: $XDG_CACHE_HOME/watchword/wine by default; outside the repository
#
# It prints DEST. What is there already is used again, unless this script, a lock file or the Python has changed.
#
# Windows' own Python has no package that installs without running its installer, so it is put together here: the
# official DLLs of CPython for Windows, which the panda3d wheel for Windows carries for its own use, the standard
# library of the Linux CPython of the same version (it is the same text), and a launcher of five lines.
# Needs the Debian packages wine wine64 libwine gcc-mingw-w64-x86-64-win32 unzip, and a CPython 3.11 with pip.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
dest=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/watchword/wine}
mkdir -p "$dest"
dest=$(cd "$dest" && pwd)
case $dest/ in "$repository"/*) echo "wine-python.sh: $dest is inside the repository" >&2; exit 2 ;; esac

panda3d="panda3d==1.10.16 --hash=sha256:37acfb92655c4226879f95c988e2ef1449a53c54486d6c1ebc00e2772429af82"

# The first CPython 3.11 on this computer that has pip: the project's own environment, or any other.
python=
for candidate in "$repository/.venv/bin/python" python3.11 python3; do
  if "$candidate" -c 'import packaging, pip, sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    python=$(command -v "$candidate"); break
  fi
done
[ -n "$python" ] || { echo "wine-python.sh: needs a CPython 3.11 with pip and packaging" >&2; exit 2; }
stdlib=$("$python" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
for tool in wine unzip x86_64-w64-mingw32-gcc x86_64-w64-mingw32-objdump; do
  command -v "$tool" >/dev/null || { echo "wine-python.sh: needs $tool" >&2; exit 2; }
done

export WINEDEBUG=-all
stamp=$(cat "$here/wine-python.sh" "$here/wine_requirements.py" "$repository/requirements-dev.lock" \
        <(echo "$stdlib"; wine --version) | sha256sum)
is_current() { [ "$(cat "$dest/stamp" 2>/dev/null)" = "$stamp" ]; }
if is_current; then echo "$dest"; exit 0; fi
exec 9>"$dest/lock"; flock 9   # two at once would spoil each other's work, and a run in progress has it as well
if is_current; then echo "$dest"; exit 0; fi

rm -rf "$dest"/{stamp,wheels,py,build}; mkdir -p "$dest"/{wheels,build,py/DLLs,py/Lib}; cd "$dest"

# 1. CPython: its DLLs, its library.
echo "$panda3d" >build/python.txt
"$python" -m pip --disable-pip-version-check download -qq --no-deps --require-hashes --only-binary=:all: \
  --platform win_amd64 --python-version 3.11 -d wheels -r build/python.txt >&2
unzip -q -o -j wheels/panda3d-*.whl 'deploy_libs/*' -d py/DLLs
mv py/DLLs/python311.dll py/DLLs/VCRUNTIME140*.dll py/
rm -rf wheels py/DLLs/api-ms-win* py/DLLs/t?86t.dll py/DLLs/_tkinter.pyd
cp -a "$stdlib"/. py/Lib/
rm -rf py/Lib/{site-packages,dist-packages,test,lib-dynload,idlelib,tkinter,turtledemo} py/Lib/config-* py/Lib/_sysconfigdata*
find py/Lib -name __pycache__ -prune -exec rm -rf {} +
mkdir -p py/Lib/site-packages

# 2. python.exe and pythonw.exe, and the python3.dll that wheels for several versions of Python are linked against:
#    it passes every call on to python311.dll.
cat >build/launcher.c <<'C'
#include <windows.h>
typedef int (*main_function)(int, wchar_t **);
int wmain(int argc, wchar_t **argv) {
  HMODULE python = LoadLibraryW(L"python311.dll");
  main_function run = python ? (main_function)(void *)GetProcAddress(python, "Py_Main") : 0;
  return run ? run(argc, argv) : 99;
}
C
x86_64-w64-mingw32-gcc -municode -O2 -s -o py/python.exe build/launcher.c
x86_64-w64-mingw32-gcc -municode -mwindows -O2 -s -o py/pythonw.exe build/launcher.c
x86_64-w64-mingw32-objdump -p py/python311.dll |
  awk '/\[Ordinal\/Name Pointer\] Table/{inside=1; next} /^$/{if (inside && names>5) inside=0} inside && /\]/{print $NF; names++}' |
  grep -E '^_?Py' >build/exports
{ echo LIBRARY python3.dll; echo EXPORTS; sed 's/.*/  &=python311.&/' build/exports; } >build/python3.def
echo 'int __stdcall DllMain(void *a, unsigned long b, void *c) { return 1; }' >build/python3.c
x86_64-w64-mingw32-gcc -shared -nostdlib -e DllMain -o py/python3.dll build/python3.c build/python3.def

# 3. The locked dependencies for Windows, and pytest.
"$python" "$here/wine_requirements.py" "$repository/requirements-dev.lock" 3.11 >build/requirements.txt
"$python" -m pip --disable-pip-version-check install -qq --no-deps --require-hashes --only-binary=:all: --no-compile \
  --platform win_amd64 --python-version 3.11 --implementation cp --target py/Lib/site-packages \
  -r build/requirements.txt >&2
rm -rf build

# 4. A Windows to run it in. Input from nowhere and output through a pipe: else CPython does not start under Wine.
export WINEPREFIX="$dest/prefix" WINEARCH=win64 WINEDLLOVERRIDES="mscoree,mshtml=" DISPLAY=
if [ ! -d "$WINEPREFIX" ]; then
  wineboot -i </dev/null 2>&1 9>&- | cat >/dev/null
  wine reg add 'HKCU\Software\Wine' /v Version /d win10 /f </dev/null 2>&1 9>&- | cat >/dev/null
fi
answer=$(wine py/python.exe -c 'import ctypes, msgspec, psutil, sqlite3, ssl, winreg; print("ready")' </dev/null 2>&1 9>&- | cat)
[ "${answer//$'\r'/}" = ready ] || { echo "wine-python.sh: Python does not run under Wine: $answer" >&2; exit 1; }
echo "$stamp" >"$dest/stamp"
echo "$dest"
