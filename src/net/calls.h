// The names of the calls between processes.
#pragma once

namespace gleaner::calls {

inline constexpr const char* kControl = "/gleaner.Cluster/Control";
inline constexpr const char* kVectors = "/gleaner.Cluster/Vectors";
inline constexpr const char* kSetup = "/gleaner.Cluster/Setup";
inline constexpr const char* kData = "/gleaner.Cluster/Data";
inline constexpr const char* kStatus = "/gleaner.Cluster/Status";
inline constexpr const char* kStop = "/gleaner.Cluster/Stop";

}  // namespace gleaner::calls
