// Gleaner's public surface: who holds what, and the coefficients that turn finished work into the gradient.
//
// Symbols: m workers, N chunks, l blocks; worker j holds the chunks chunks_of[j]. A chunk gradient g_i has d
// floats, cut into l blocks of ceil(d / l), the last one padded with zeros. Worker j sends one vector
//   z_j = sum_s sum_k encode[s][k] (block k of the gradient of chunk s),
// and block k of the sum of all chunk gradients is sum_j decode_j[k] z_j, exactly, as soon as every chunk was
// finished by l of its holders. Everything here is a pure function; plain structs, safe to copy and to read
// from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gleaner/result.hpp>

namespace gleaner::GLEANER_V1 {

/// What make_plan makes a plan from. The defaults make one.
struct PlanOptions {
  std::size_t workers = 8;      ///< m >= 1
  std::size_t chunks = 0;       ///< N; 0: as many as workers
  std::size_t replication = 3;  ///< holders of every chunk, in 1..m (1 where the method is uncoded)
  std::size_t blocks = 1;       ///< l, in 1..replication: a vector is l times shorter, a chunk needs l copies
  std::string method = "partial";  ///< partial | original | uncoded: which finished work counts
  std::string scheme = "cyclic";   ///< cyclic | fractional-repetition | regular-graph: who holds what
  std::string order = "optimal";   ///< optimal | worst-case | random: in which order a worker does its chunks
  std::string frame = "auto";      ///< auto | ones | gaussian | coloured: the decoding vectors
  std::uint64_t seed = 1;          ///< of graphs, orders and frames
};

/// Everything that server and workers must agree on. Made by make_plan or parse_plan, or filled in by hand:
/// whoever takes it checks it.
struct Plan {
  std::string method = "partial";
  std::size_t chunks = 0;                             ///< N
  std::size_t blocks = 1;                             ///< l
  std::vector<std::vector<std::uint32_t>> chunks_of;  ///< by worker: the chunks it holds, ascending
  std::vector<std::vector<std::uint32_t>> order;      ///< by worker: the same chunks as it does them
  std::vector<double> frame;                          ///< m x l, row-major: the decoding vectors
  std::string frame_kind = "gaussian";                ///< ones | gaussian | coloured
  std::size_t colours = 0;                            ///< different rows of a coloured frame; 0: all

  [[nodiscard]] std::size_t workers() const { return chunks_of.size(); }
};

/// Errors name the field.
[[nodiscard]] Result<Plan> make_plan(const PlanOptions& options);
/// A plan that `gleaner plan --out FILE` or to_json wrote. Errors name `name` and the field.
[[nodiscard]] Result<Plan> parse_plan(std::string_view text, std::string_view name = "the plan");
/// The plan as one line of JSON, the same on every machine.
[[nodiscard]] Result<std::string> to_json(const Plan& plan);

/// What a plan is good for.
struct PlanFacts {
  std::size_t load_max = 0;          ///< most chunks that one worker holds
  std::size_t replication_min = 0;   ///< fewest holders of a chunk
  std::size_t tolerated_losses = 0;  ///< any so many workers may be lost: replication_min - blocks
  std::size_t q_max = 0;             ///< after so many finished chunks, whichever, nothing is short of copies
  double worst_condition =
      1;  ///< largest condition number met in decoding; at least that where the plan is large
  std::size_t worker_memory_bytes = 0;  ///< gradients that a worker keeps
  std::string fingerprint;              ///< 64 hexadecimal digits: the plan and the arithmetic that runs it
};
/// `dimension` = d, for the memory.
[[nodiscard]] Result<PlanFacts> facts_of(const Plan& plan, std::size_t dimension);

/// What every worker sends and how the server weights it, for one state of the work.
struct Coefficients {
  struct Worker {
    std::vector<std::uint32_t>
        chunks;                  ///< whose gradients go into its vector, ascending; none: it sends nothing
    std::vector<double> encode;  ///< chunks.size() x l, row-major
    std::vector<double> decode;  ///< l numbers; none where it sends nothing
  };
  std::size_t blocks = 1;  ///< l
  std::vector<Worker> workers;
  /// How much of the sum is missing, relative, in [0, 1]: sqrt(||error operator||^2 / (N l)). 0: decoding is
  /// exact, also where some chunks were not finished by some of their holders.
  double residual = 0;
};

/// The coefficients where worker j has finished the chunks finished[j], in any order. Errors: a plan that is
/// not sound; finished work of another number of workers; a chunk that its worker does not hold, or twice.
[[nodiscard]] Result<Coefficients> coefficients(const Plan& plan,
                                                const std::vector<std::vector<std::uint32_t>>& finished);

/// ceil(dimension / blocks): the length of a coded vector.
[[nodiscard]] constexpr std::size_t coded_length(std::size_t dimension, std::size_t blocks) {
  return (dimension + blocks - 1) / blocks;
}

/// The vector z_j of `worker`: coded_length(d, l) floats from the gradients of coefficients.workers[worker]
/// .chunks, in that order. Sums in double precision, rounded once. Errors: gradients of another number or of
/// different lengths, a worker that does not exist.
[[nodiscard]] Result<std::vector<float>> encode(const Coefficients& coefficients, std::size_t worker,
                                                std::span<const std::span<const float>> gradients);

/// The sum of all chunk gradients, `dimension` floats, from the vectors of all workers: one span for each,
/// empty where a worker sends nothing. Errors: vectors of another number or length.
[[nodiscard]] Result<std::vector<float>> decode(const Coefficients& coefficients,
                                                std::span<const std::span<const float>> vectors,
                                                std::size_t dimension);

}  // namespace gleaner::GLEANER_V1
