"""A program and everything it starts, held together on Windows by a job object, so that all of it can be ended."""

from __future__ import annotations

import ctypes
import sys

if sys.platform != "win32":
    raise ImportError("only Windows has these calls")

from ctypes import wintypes

__all__ = ["CREATE_SUSPENDED", "Job"]

#: The child does nothing until it is in its job, so it cannot start anything that would be left out.
CREATE_SUSPENDED = 0x4
EXTENDED_LIMITS = 9
KILL_ON_CLOSE = 0x2000
LIMITS_BYTES = 144
LIMIT_FLAGS_OFFSET = 16
#: PROCESS_TERMINATE | PROCESS_SET_QUOTA | PROCESS_SUSPEND_RESUME, all that joining a job and going on need.
ACCESS = 0x0001 | 0x0100 | 0x0800
KILLED = 1


class Job:
    """The job of one suspended process, which goes on once it is in it. If we die, Windows ends the job."""

    def __init__(self, pid: int) -> None:
        """Put the process in a new job and let it go on.

        Raises:
            OSError: Windows refuses; the process is then still suspended.
        """
        self._kernel = kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateJobObjectW.argtypes = (ctypes.c_void_p, wintypes.LPCWSTR)
        kernel.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
        kernel.CreateJobObjectW.restype = kernel.OpenProcess.restype = wintypes.HANDLE
        kernel.SetInformationJobObject.argtypes = (wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD)
        kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
        kernel.TerminateJobObject.argtypes = (wintypes.HANDLE, wintypes.UINT)
        kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
        resume = ctypes.WinDLL("ntdll").NtResumeProcess
        resume.argtypes, resume.restype = (wintypes.HANDLE,), ctypes.c_long

        limits = bytearray(LIMITS_BYTES)
        limits[LIMIT_FLAGS_OFFSET : LIMIT_FLAGS_OFFSET + 4] = KILL_ON_CLOSE.to_bytes(4, "little")
        self._handle = self._checked(kernel.CreateJobObjectW(None, None))
        try:
            block = ctypes.create_string_buffer(bytes(limits), LIMITS_BYTES)
            self._checked(kernel.SetInformationJobObject(self._handle, EXTENDED_LIMITS, block, LIMITS_BYTES))
            process = self._checked(kernel.OpenProcess(ACCESS, False, pid))
            try:
                self._checked(kernel.AssignProcessToJobObject(self._handle, process))
                if resume(process) < 0:
                    raise OSError("the program could not go on")
            finally:
                kernel.CloseHandle(process)
        except OSError:
            self.close()
            raise

    def end(self) -> None:
        """End every process of the job, now."""
        self._kernel.TerminateJobObject(self._handle, KILLED)

    def close(self) -> None:
        """Let go of the job; whatever is left of it ends."""
        self._kernel.CloseHandle(self._handle)

    @staticmethod
    def _checked(answer: int | None) -> int:
        if not answer:
            raise ctypes.WinError(ctypes.get_last_error())
        return answer
