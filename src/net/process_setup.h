// What a process does once that talks to others.
#pragma once

namespace gleaner {

/// For the whole process, as two libraries beneath are set for other needs. Call it before gRPC is used.
///
/// Freed memory is kept: what a segment gives back would go to the system and come back as pages that must be
/// cleared first, a tenth of the work of a segment. The process stays as large as it once was, up to 1 GiB.
/// The mutexes of Abseil, on which gRPC stands, do not search for deadlocks: Debian builds Abseil so that
/// they do, in one graph for all threads.
void set_up_process();

}  // namespace gleaner
