// From flags to training runs.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/options.h"
#include "base/result.h"
#include "data/dataset.h"
#include "work/run_spec.h"

namespace gleaner {

/// The data of a run and the settings that all methods share. Owns what the objectives look at: it must
/// outlive them and stay where it is.
class RunKit {
 public:
  /// Reads the data and checks every flag. Errors name the culprit.
  [[nodiscard]] static Result<std::unique_ptr<RunKit>> make(const TrainOptions& options);

  RunKit(const RunKit&) = delete;
  RunKit& operator=(const RunKit&) = delete;

  /// The run of one method; all methods get the same data, draws and faults. Errors: its plan cannot be made.
  [[nodiscard]] Result<RunSpec> spec(Method method) const;
  /// Share of the test set that is predicted correctly; NaN without a test set.
  [[nodiscard]] double test_accuracy(const RunSpec& spec, const std::vector<float>& parameters) const;

  [[nodiscard]] const TrainOptions& options() const { return options_; }
  [[nodiscard]] const Dataset& train() const { return train_; }
  [[nodiscard]] const Dataset& test() const { return test_; }
  [[nodiscard]] std::optional<Duration> time_limit() const { return time_limit_; }
  /// The first line of the log.
  [[nodiscard]] StartRecord start_record(const RunSpec& spec) const;

 private:
  explicit RunKit(const TrainOptions& options) : options_(options) {}
  Status load_data();
  Status read_settings();
  [[nodiscard]] Result<std::shared_ptr<const Objective>> objective(std::size_t chunks) const;

  TrainOptions options_;
  Dataset train_;
  Dataset test_;
  OptimizerOptions optimizer_;
  ServerOptions server_;
  SpeedModel speeds_;
  FaultModel faults_;
  std::optional<Duration> time_limit_;
};

}  // namespace gleaner
