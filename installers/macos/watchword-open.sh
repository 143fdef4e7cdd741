#!/bin/sh
# Written by Watchword. `watchword open --menu off` removes it, `watchword open --menu on` writes it anew.
exec @EXEC@
