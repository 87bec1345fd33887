// What a worker must know of a run before its first round.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gleaner {

/// One chunk of the data as it is kept and sent.
struct ChunkEntry {
  std::uint64_t rows = 0;
  std::uint64_t offset = 0;  ///< in a file of all chunks
  std::uint64_t bytes = 0;
  std::uint32_t crc = 0;  ///< CRC-32C
  bool operator==(const ChunkEntry&) const = default;
};

/// An objective that is a module of LibTorch.
struct ModuleSetup {
  std::string bytes;              ///< a TorchScript file; empty: the objective is one of Gleaner's own
  std::string loss;               ///< cross_entropy | mse | module
  std::string input_shape;        ///< of one sample, "1x28x28"; empty: as the module says, or flat
  std::string device;             ///< cpu | cuda
  bool tokens = false;            ///< its samples are whole numbers
  std::uint64_t micro_batch = 0;  ///< most samples at once
  std::uint64_t threads = 0;      ///< on which one worker computes
  bool operator==(const ModuleSetup&) const = default;
};

/// Told to every worker that has a place; the same for all. Text fields are what the flags of `train` say.
struct RunSetup {
  std::string plan;          ///< canonical JSON of the plan
  std::string objective;     ///< softmax | logistic | linear | mlp | torchscript | charlm
  std::string hidden;        ///< widths of an mlp
  ModuleSetup module;        ///< torchscript, charlm
  std::string speeds;        ///< injected chunk times
  std::string speeds_table;  ///< of a trace: what its file says, as CSV, since workers do not have it
  std::uint64_t seed = 1;
  std::uint64_t batch = 0;        ///< samples per chunk and round; 0: all
  std::uint64_t local_steps = 0;  ///< of every chunk; 0: vectors are gradients, and there is none of these:
  double local_rate = 0;          ///< > 0
  double prox = 0;                ///< >= 0
  double l2 = 0;                  ///< >= 0
  std::uint64_t features = 0;
  std::uint64_t classes = 0;          ///< 0: regression
  std::uint64_t dimension = 0;        ///< d, tallies included: what the worker makes must have it
  std::uint64_t segment_floats = 0;   ///< > 0, as the dimension
  std::string data_digest;            ///< names the cut data: 16 hexadecimal digits, lower case
  std::string data_name;              ///< for people
  std::string gradients = "float32";  ///< how workers keep theirs
  std::uint64_t memory = 0;           ///< bytes that a worker may need, for people; 0: not said
  std::vector<ChunkEntry> chunks;
  bool operator==(const RunSetup&) const = default;
};

/// REQUIRES: plan, objective, hidden, speeds, speeds_table and the texts of the module are clean text
/// (fields.h).
[[nodiscard]] std::string encode(const RunSetup& setup);
/// Errors, naming the field: as codec.h says; a digest of another form; a dimension or segments of 0; a rate
/// or weight of local steps out of its range.
[[nodiscard]] Result<RunSetup> decode_run_setup(std::string_view bytes);

}  // namespace gleaner
