// The door of libgleaner_torch.so.
#pragma once

#include "torch/torch_library.h"

namespace gleaner {

inline constexpr const char* kTorchPluginFile = "libgleaner_torch.so";
inline constexpr const char* kTorchPluginSymbol = "gleaner_torch_plugin";

/// The library, or null if `stamp` is not the stamp of its own build: program and plugin share classes, which
/// must have one layout. `resident_before`: memory of this process before it was loaded.
using TorchPluginEntry = const TorchLibrary* (*)(const char* stamp, std::uint64_t resident_before);

}  // namespace gleaner
