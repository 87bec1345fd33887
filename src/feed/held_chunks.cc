#include "feed/held_chunks.h"

#include <utility>

#include "base/check.h"

namespace gleaner {
namespace {

// An empty range would give a gradient of zeros, and nobody would notice: so it is asked for here.
class HeldObjective final : public Objective {
 public:
  HeldObjective(std::shared_ptr<const HeldChunks> held, std::shared_ptr<const Objective> rows)
      : held_(std::move(held)), rows_(std::move(rows)) {}

  std::string_view name() const override { return rows_->name(); }
  std::size_t parameters() const override { return rows_->parameters(); }
  std::size_t buffers() const override { return rows_->buffers(); }
  std::size_t chunks() const override { return rows_->chunks(); }
  void initial(std::uint64_t seed, std::span<float> parameters) const override {
    rows_->initial(seed, parameters);
  }
  bool chunk_gradient(std::span<const float> parameters, ChunkId chunk, RoundId round, std::span<float> out,
                      Pulse& pulse) const override {
    GLEANER_CHECK(held_->holds(chunk), "a chunk that this worker does not hold");
    return rows_->chunk_gradient(parameters, chunk, round, out, pulse);
  }
  Tallies reference_chunk(std::span<const float> parameters, ChunkId chunk, RoundId round,
                          std::span<double> gradient) const override {
    if (!held_->holds(chunk)) return {};
    return rows_->reference_chunk(parameters, chunk, round, gradient);
  }
  Tallies evaluate(std::span<const float> parameters, const Samples& samples) const override {
    return rows_->evaluate(parameters, samples);
  }
  std::uint64_t working_bytes() const override { return rows_->working_bytes(); }
  bool has_l2() const override { return rows_->has_l2(); }
  std::string arithmetic() const override { return rows_->arithmetic(); }
  std::string trouble(ChunkId chunk, RoundId round) const override { return rows_->trouble(chunk, round); }
  bool classifies() const override { return rows_->classifies(); }
  std::vector<Part> parts() const override { return rows_->parts(); }

 private:
  std::shared_ptr<const HeldChunks> held_;
  std::shared_ptr<const Objective> rows_;  // looks at held_->data
};

}  // namespace

Result<std::shared_ptr<const Objective>> objective_over(std::shared_ptr<const HeldChunks> held,
                                                        const ObjectiveChoice& choice) {
  Result<std::shared_ptr<const Objective>> rows = build_objective(choice, held->data, held->ranges);
  if (!rows) return rows.error();
  return std::shared_ptr<const Objective>(
      std::make_shared<HeldObjective>(std::move(held), std::move(rows).value()));
}

}  // namespace gleaner
