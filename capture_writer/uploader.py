"""The buffer between a service that must not wait and a store that may.

One background thread sends batches, one object after the other. A batch gets its key before the first attempt and
keeps it, so that an upload whose answer was lost is overwritten by its repetition: every accepted record is in the
store exactly once. A batch is tried until the store takes it or the writer closes; meanwhile the buffer fills.
"""

from __future__ import annotations

import atexit
import logging
import os
import random
import sys
import threading
import time
import weakref
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

from capture_writer.buffer import Buffering, WriterMetrics
from capture_writer.local_file import write_whole
from capture_writer.records import file_name
from capture_writer.s3_folder import S3Folder

_LONGEST_PAUSE = 30.0
_LONGEST_PAUSE_WHEN_CLOSING = 1.0
_SECONDS_BETWEEN_LOSS_LOGS = 60.0
_LARGEST_EXPONENT = 16

_log = logging.getLogger("capture_writer")


@dataclass(eq=False)
class _Batch:
    """Lines of one folder that become one object."""

    folder: str
    deadline: float
    lines: list[bytes] = field(default_factory=list)
    memory: int = 0
    path: str = ""


class Uploader:
    """Take lines from any thread and bring them into `store`.

    After a fork the child begins anew, with an empty buffer and metrics of zero: what the parent holds, the parent
    sends.
    """

    def __init__(self, store: S3Folder, options: Buffering, name: str) -> None:
        self._store = store
        self._options = options
        self._name = name
        self.begin()
        _living.add(self)

    def begin(self) -> None:
        """Start with nothing in the buffer, as after a fork."""
        # Re-entrant, because a garbage collection or a signal handler may log through a handler that captures.
        self._changed = threading.Condition(threading.RLock())
        self._thread: threading.Thread | None = None
        self._open: dict[str, _Batch] = {}
        self._ready: deque[_Batch] = deque()  # the first one stays in until the store has it
        self._memory = 0
        self._closing = False
        self._abandoned = False
        self._metrics = WriterMetrics()
        self._lost_logged = 0
        self._lost_logged_at = float("-inf")
        self._last_rejection = ""
        self._store.forget_client()

    @property
    def metrics(self) -> WriterMetrics:
        """What became of the lines so far."""
        with self._changed:
            counted = self._metrics
        return replace(counted, pending=counted.accepted - counted.written - counted.spilled - counted.failed)

    def submit(self, folder: str, line: bytes, *, wait_seconds: float = 0.0) -> bool:
        """Take a line that belongs into `folder`; return whether there was room for it.

        Args:
            folder: Path below the store.
            line: Line with its newline.
            wait_seconds: How long to wait for room.
        """
        memory = sys.getsizeof(line)
        with self._changed:
            if not self._has_room(memory):
                self._seal_all()
                if wait_seconds:
                    self._changed.wait_for(lambda: self._closing or self._has_room(memory), wait_seconds)
            accepted = not self._closing and self._has_room(memory)
            if accepted:
                self._append(folder, line, memory)
                self._count(accepted=1)
            else:
                self._lose(dropped=1)
            self._run_in_background()
        if self._closing:
            self._log_losses()  # nobody else does any more
        return accepted

    def sample_out(self) -> None:
        """Count a line that the sampling left out."""
        with self._changed:
            self._count(sampled_out=1)

    def reject(self, reason: str) -> None:
        """Count a line that could not be made."""
        with self._changed:
            self._last_rejection = reason
            self._lose(rejected=1)
            self._run_in_background()

    def flush(self, timeout: float | None) -> bool:
        """Send what is held now and wait for it; return whether all of it is in the store."""
        with self._changed:
            self._seal_all()
            held = list(self._ready)
            if held:
                self._run_in_background()
            done = self._changed.wait_for(
                lambda: self._abandoned or not any(batch in self._ready for batch in held), timeout
            )
            return done and not self._abandoned

    def close(self, timeout: float | None = None) -> None:
        """Take nothing more, send what is held, and account for what the store did not take in time."""
        with self._changed:
            self._seal_all()
            if self._ready:
                self._run_in_background()
            self._closing = True
            self._changed.notify_all()
            thread = None if self._abandoned else self._thread
        if thread is not None:
            thread.join(self._options.close_seconds if timeout is None else timeout)
        self._give_up()
        self._log_losses(at_once=True)

    # In the caller's thread, with the lock

    def _has_room(self, memory: int) -> bool:
        return self._memory + memory <= self._options.buffer_bytes

    def _append(self, folder: str, line: bytes, memory: int) -> None:
        batch = self._open.get(folder)
        if batch is None:
            batch = _Batch(folder, time.monotonic() + self._options.flush_seconds)
            self._open[folder] = batch
            self._changed.notify_all()
        batch.lines.append(line)
        batch.memory += memory
        self._memory += memory
        if batch.memory >= self._options.flush_bytes:
            self._seal(batch)

    def _seal(self, batch: _Batch) -> None:
        del self._open[batch.folder]
        batch.path = f"{batch.folder}/{file_name(datetime.now(timezone.utc))}"
        self._ready.append(batch)
        self._changed.notify_all()

    def _seal_all(self) -> None:
        for batch in list(self._open.values()):
            self._seal(batch)

    def _run_in_background(self) -> None:
        """Start the thread, at the first record: a thread from before a fork would not be in the child."""
        if self._closing or (self._thread is not None and self._thread.is_alive()):
            return
        thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # no more threads; the next record or close() tries again
            _log.warning("%s: the background thread cannot start: %s", self._name, error)
        else:
            self._thread = thread

    def _lose(self, **more: int) -> None:
        self._count(**more)
        if self._losses() == self._lost_logged + 1:
            self._changed.notify_all()  # the thread tells of the first loss at once

    def _count(self, **more: int) -> None:
        counted = {name: getattr(self._metrics, name) + count for name, count in more.items()}
        self._metrics = replace(self._metrics, **counted)

    # In the background thread

    def _run(self) -> None:
        try:
            while (batch := self._next()) is not None:
                self._upload(batch)
        except Exception:
            # Only a mistake of ours ends up here; the next record starts another thread.
            _log.exception("%s: the background thread ended", self._name)

    def _next(self) -> _Batch | None:
        """Wait for a batch that is due; None when the writer has closed and nothing is left."""
        while True:
            self._log_losses()
            with self._changed:
                now = time.monotonic()
                for batch in [batch for batch in self._open.values() if batch.deadline <= now]:
                    self._seal(batch)
                if self._abandoned:
                    return None
                if self._ready:
                    return self._ready[0]
                if self._closing:
                    return None
                self._changed.wait(self._seconds_until_due(now))

    def _seconds_until_due(self, now: float) -> float | None:
        deadlines = [batch.deadline for batch in self._open.values()]
        if self._losses() > self._lost_logged:
            deadlines.append(self._lost_logged_at + _SECONDS_BETWEEN_LOSS_LOGS)
        return max(0.0, min(deadlines) - now) if deadlines else None

    def _upload(self, batch: _Batch) -> None:
        failures = 0
        while True:
            objects, path = 0, batch.path
            try:
                for path, content in self._store.objects(batch.path, b"".join(batch.lines)):
                    self._store.put(path, content)
                    objects += 1
            except Exception as error:  # whatever it is: the records stay
                failures += 1
                if not self._pause(batch, path, failures, error):
                    return
            else:
                break
        with self._changed:
            if self._abandoned:
                return
            self._finish(batch)
            self._count(written=len(batch.lines), objects=objects)

    def _pause(self, batch: _Batch, path: str, failures: int, error: Exception) -> bool:
        """Wait before the next attempt; return whether there is to be one."""
        with self._changed:
            self._count(upload_errors=1)
            closing = self._closing
            longest = _LONGEST_PAUSE_WHEN_CLOSING if closing else _LONGEST_PAUSE
            pause = min(longest, self._options.retry_seconds * 2 ** min(failures - 1, _LARGEST_EXPONENT))
            held, memory = len(batch.lines), self._memory
        _log.warning(
            "%s: attempt %d to upload %d records failed at s3://%s/%s, again in %.1f s (%d bytes wait): %s: %s",
            *(self._name, failures, held, self._store.bucket, self._store.key(path)),
            *(pause, memory, type(error).__name__, error),
        )
        jitter = 0.5 + random.random() / 2  # noqa: S311 - keeps the processes of a fleet from knocking together
        with self._changed:
            self._changed.wait_for(lambda: self._abandoned or self._closing != closing, pause * jitter)
            return not self._abandoned

    def _finish(self, batch: _Batch) -> None:
        self._ready.remove(batch)
        self._memory -= batch.memory
        self._changed.notify_all()

    # Losses

    def _give_up(self) -> None:
        with self._changed:
            self._abandoned = True
            left = list(self._ready)
            for batch in left:
                self._finish(batch)
        for batch in left:
            spilled = self._spill(batch)
            with self._changed:
                self._count(**{"spilled" if spilled else "failed": len(batch.lines)})

    def _spill(self, batch: _Batch) -> bool:
        where, directory = self._store.uri(batch.path), self._options.spill_directory
        if directory is None:
            _log.error("%s: %d records are lost, %s could not be written", self._name, len(batch.lines), where)
            return False
        file = Path(directory)
        try:
            for path, content in self._store.objects(batch.path, b"".join(batch.lines)):
                file = Path(directory) / self._store.key(path)
                write_whole(file, content)
        except OSError as error:
            _log.error("%s: %d records are lost, for %s and %s: %s", self._name, len(batch.lines), where, file, error)
            return False
        _log.error("%s: %d records of %s wait in %s", self._name, len(batch.lines), where, directory)
        return True

    def _losses(self) -> int:
        return self._metrics.dropped + self._metrics.rejected

    def _log_losses(self, *, at_once: bool = False) -> None:
        """Tell of records that were not taken, not oftener than once a minute; never in a thread that serves."""
        with self._changed:
            now = time.monotonic()
            metrics, lost = self._metrics, self._losses() - self._lost_logged
            if not lost or not (at_once or now >= self._lost_logged_at + _SECONDS_BETWEEN_LOSS_LOGS):
                return
            self._lost_logged += lost
            self._lost_logged_at = now
            why = f"; the last one was rejected: {self._last_rejection}" if self._last_rejection else ""
        _log.error(
            "%s: %d more records were not taken; in total %d dropped (the buffer of %d bytes was full, or the writer "
            "closed) and %d rejected%s",
            *(self._name, lost, metrics.dropped, self._options.buffer_bytes, metrics.rejected, why),
        )


# A thread that has something to send keeps its uploader alive, so nothing that is held can vanish from here.
_living: weakref.WeakSet[Uploader] = weakref.WeakSet()


def _begin_all() -> None:
    for uploader in list(_living):
        uploader.begin()


def _close_all() -> None:
    for uploader in list(_living):
        uploader.close()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_begin_all)
