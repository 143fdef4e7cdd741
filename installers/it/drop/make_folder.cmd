@echo off
rem Makes the folder in which everybody who uses this computer leaves their report. Run it as an administrator; to run it
rem again does no harm. A first argument is another folder, by its full path.
rem Users may add files to it; only administrators and the system may list it. Each file is its owner's alone.
setlocal
set "FOLDER=%ProgramData%\Watchword\reports"
if not "%~1"=="" set "FOLDER=%~1"

rem A link that somebody put there would lead to another folder, whose access list is not to be changed.
fsutil reparsepoint query "%FOLDER%" >nul 2>&1
if not errorlevel 1 exit /b 1
fsutil reparsepoint query "%FOLDER%\.." >nul 2>&1
if not errorlevel 1 exit /b 1
if not exist "%FOLDER%\" mkdir "%FOLDER%"
if not exist "%FOLDER%\" exit /b 1

rem In this order: a reset takes away what whoever made it before may have granted, and gives its owner what the folder
rem above grants to creators.
icacls "%FOLDER%" /setowner *S-1-5-32-544 /L
if errorlevel 1 exit /b 1
icacls "%FOLDER%" /reset /L
if errorlevel 1 exit /b 1
icacls "%FOLDER%" /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F *S-1-5-32-545:(WD,X,RA,RC,S) *S-1-3-0:(OI)(IO)F /L
if errorlevel 1 exit /b 1
