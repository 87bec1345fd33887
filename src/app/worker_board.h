// What every worker is doing, read off the trace.
#pragma once

#include <string>
#include <vector>

#include "base/trace.h"
#include "coding/plan.h"

namespace gleaner {

/// Follows the notes of a run and keeps one line per worker. It cannot steer anything.
class WorkerBoard {
 public:
  explicit WorkerBoard(const Plan& plan);

  void follow(const Note& note);
  void fraction(WorkerId worker, double fraction) { rows_[worker.index()].fraction = fraction; }

  /// "worker  3  ##>.  2 of 4  computing chunk 5". One mark per chunk of the worker: # finished, > in hand, .
  /// to do.
  [[nodiscard]] std::string line(WorkerId worker) const;
  [[nodiscard]] std::size_t workers() const { return rows_.size(); }

 private:
  struct Row {
    std::size_t load = 0;
    std::size_t finished = 0;
    bool computing = false;
    double fraction = 0;
    std::string state = "not there yet";
  };
  std::vector<Row> rows_;
};

}  // namespace gleaner
