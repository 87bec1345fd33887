// Shows a run to the person, the log and the trace file.
#pragma once

#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/progress_view.h"
#include "training/run_log.h"
#include "work/run_spec.h"

namespace gleaner {

/// The observer of one run. Belongs to the thread that drives it.
class Witness final : public RunObserver {
 public:
  explicit Witness(const RunSpec& spec) : view_(*spec.plan, spec.rounds, ProgressView::on_terminal()) {}

  /// Opens the files; an empty path is none. `live`: others read the trace while it is written. A run that is
  /// resumed goes on with those that it has written.
  Status open(const RunSpec& spec, const StartRecord& start, const std::string& log, const std::string& trace,
              bool live = false);
  /// Ends the display and the files. Errors: something could not be written.
  Status close(const RunSummary& summary);

  /// From now on every so many rounds, and after the last one, there is a line of what `says` makes of the
  /// model.
  using Speaker = std::function<std::string(RoundId round, const std::vector<float>& parameters)>;
  void let_speak(Speaker says, std::uint64_t every, std::uint64_t rounds) {
    speaker_ = std::move(says);
    speaks_every_ = every;
    rounds_ = rounds;
  }

  /// A line for the person.
  void line(const std::string& text) { view_.line(text); }

  void record(const TraceRecord& r) override;
  void on_round(const RoundRecord& r) override;
  void on_model(RoundId round, const std::vector<float>& parameters) override;
  void on_fraction(WorkerId worker, double fraction) override { view_.fraction(worker, fraction); }
  [[nodiscard]] Status before_checkpoint() override;
  [[nodiscard]] bool keep_going() override;

  /// The time of every round that was seen.
  [[nodiscard]] const std::vector<double>& round_seconds() const { return seconds_; }

 private:
  Status open_log(const RunSpec& spec, const StartRecord& start, const std::string& log);

  ProgressView view_;
  std::optional<RunLog> log_;
  std::ofstream trace_;
  bool live_ = false;
  std::vector<double> seconds_;
  Speaker speaker_;
  std::uint64_t speaks_every_ = 1, rounds_ = 0;
  double loss_ = 0;
  Status trouble_;
};

}  // namespace gleaner
