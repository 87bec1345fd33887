// From flags to training runs.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/options.h"
#include "app/run_settings.h"
#include "app/torch_kit.h"
#include "base/result.h"
#include "data/split.h"
#include "work/run_spec.h"

namespace gleaner {

/// The data of a run and the settings that all methods share. Owns what the objectives look at: it must
/// outlive them and stay where it is. Not thread safe.
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

  /// Of an objective that is a module of LibTorch; else null.
  [[nodiscard]] const TorchKit* torch() const { return torch_ ? &*torch_ : nullptr; }
  [[nodiscard]] const TrainOptions& options() const { return options_; }
  [[nodiscard]] const Dataset& train() const { return data_.train; }
  [[nodiscard]] const Dataset& test() const { return data_.test; }
  /// The first line of the log.
  [[nodiscard]] StartRecord start_record(const RunSpec& spec) const;

 private:
  RunKit(const TrainOptions& options, RunSettings settings, TrainTest data)
      : options_(options), settings_(std::move(settings)), data_(std::move(data)) {}

  [[nodiscard]] Result<std::shared_ptr<const Plan>> plan_of(Method method) const;

  TrainOptions options_;
  RunSettings settings_;
  TrainTest data_;
  std::optional<TorchKit> torch_;
  mutable std::map<Method, std::shared_ptr<const Plan>>
      plans_;  // made once: improving a frame takes its time
};

}  // namespace gleaner
