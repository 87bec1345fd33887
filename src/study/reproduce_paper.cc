#include "study/reproduce_paper.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace gleaner {

std::string_view name_of(PaperMethod method) {
  switch (method) {
    case PaperMethod::original: return "original";
    case PaperMethod::optimal_order: return "partial, optimal order";
    case PaperMethod::random_order: return "partial, random order";
  }
  return "unknown";
}

std::string_view key_of(PaperMethod method) {
  switch (method) {
    case PaperMethod::original: return "original";
    case PaperMethod::optimal_order: return "partial_optimal_order";
    case PaperMethod::random_order: return "partial_random_order";
  }
  return "unknown";
}

using Json = nlohmann::json;

// Walks through the file. The first complaint is kept; once there is one nobody looks at what is read.
class PaperReader {
 public:
  explicit PaperReader(std::string_view name) : name_(name) {}

  Result<PaperResults> read(std::string_view text) {
    const Json file = Json::parse(text, nullptr, false);
    if (file.is_discarded()) {
      return bad_input(fmt::format("{} is no JSON", name_), "give the paper-results.json of the project");
    }
    read_model(file);
    read_times(member(file, "exact_completion_time"));
    read_approximate(member(file, "approximate"));
    if (error_) return *error_;
    return std::move(results_);
  }

 private:
  // A value and where it stands: "approximate.g1.original".
  struct Field {
    const Json& json;
    std::string path;
  };

  void complain(const std::string& path, std::string_view what) {
    if (error_) return;
    error_ = bad_input(fmt::format("{}: the field \"{}\" {}", name_, path, what),
                       "give the paper-results.json of the project");
  }

  Field member(const Field& field, const std::string& key) {
    static const Json kNothing;
    const std::string path = field.path.empty() ? key : field.path + "." + key;
    if (field.json.is_object()) {
      if (const auto it = field.json.find(key); it != field.json.end()) return {*it, path};
    }
    complain(path, "is missing");
    return {kNothing, path};
  }
  Field member(const Json& file, const std::string& key) { return member(Field{file, ""}, key); }

  double number(const Field& field) {
    if (field.json.is_number() && std::isfinite(field.json.get<double>()) && field.json.get<double>() >= 0) {
      return field.json.get<double>();
    }
    complain(field.path, "is not a number from 0 on");
    return 0;
  }

  std::vector<double> numbers(const Field& field) {
    std::vector<double> values;
    if (!field.json.is_array()) complain(field.path, "is not a list of numbers");
    if (error_) return values;
    for (std::size_t k = 0; k < field.json.size(); ++k) {
      values.push_back(number({field.json[k], fmt::format("{}[{}]", field.path, k)}));
    }
    return values;
  }

  // Calls f(blocks, field) for the keys "1", "2", ..
  template <class F>
  void each_blocks(const Field& field, F&& f) {
    if (!field.json.is_object()) complain(field.path, "is not an object");
    if (error_) return;
    for (std::size_t blocks = 1; blocks <= kPaperBlocks; ++blocks) {
      const std::string key = fmt::format("{}", blocks);
      if (field.json.contains(key)) f(blocks, member(field, key));
    }
  }

  void read_model(const Json& file) {
    const Field model = member(file, "model");
    const auto expect = [&](const char* key, std::size_t value) {
      const Field field = member(model, key);
      if (number(field) != static_cast<double>(value)) {
        complain(field.path, fmt::format("is not {}, which is what can be reproduced", value));
      }
    };
    expect("workers", kPaperWorkers);
    expect("chunks", kPaperWorkers);
    expect("replication", kPaperReplication);
  }

  void read_times(const Field& times) {
    for (const char* scheme : {"cyclic", "g1"}) {
      const Field of_scheme = member(times, scheme);
      for (const PaperMethod method : kPaperMethods) {
        each_blocks(member(of_scheme, std::string(key_of(method))), [&](std::size_t blocks, const Field& f) {
          const double trials = number(member(f, "trials"));
          if (trials < 2 || trials > 1e15) complain(f.path + ".trials", "is not a number of trials");
          if (error_) return;
          results_.times_[{scheme, method, blocks}] =
              known(number(member(f, "mean")), number(member(f, "std")) / std::sqrt(trials),
                    static_cast<std::uint64_t>(trials));
        });
      }
    }
  }

  static Published known(double mean, std::optional<double> std_error, std::uint64_t trials) {
    constexpr double kRounding = 1e-9;
    if (mean < kRounding) return {0, std_error ? std::optional<double>(0) : std::nullopt, trials};
    return {mean, std_error, trials};
  }

  void read_deadlines(const Field& field) {
    for (const double deadline : numbers(field)) {
      if (deadline < 1 || deadline > 1e6 || deadline != std::floor(deadline)) {
        complain(field.path, "has a deadline that is not a whole number from 1 to 1000000");
      }
      if (!error_) deadlines_.push_back(static_cast<unsigned>(deadline));
    }
  }

  void read_approximate(const Field& approximate) {
    read_deadlines(member(approximate, "deadlines"));
    const Field g1 = member(approximate, "g1");
    for (const PaperMethod method : kPaperMethods) {
      const std::string key(key_of(method));
      each_blocks(member(g1, key), [&](std::size_t blocks, const Field& f) {
        read_row(f, {method, blocks}, results_.norms_);
      });
      read_errors(g1, method);
    }
    const Field squares = member(g1, "mean_squared_residual");
    for (const PaperMethod method : {PaperMethod::optimal_order, PaperMethod::random_order}) {
      each_blocks(member(squares, std::string(key_of(method))), [&](std::size_t blocks, const Field& f) {
        read_row(f, {method, blocks}, results_.squares_);
      });
    }
  }

  struct Row {
    PaperMethod method;
    std::size_t blocks;
  };
  // One number for every deadline; calls f(number, deadline).
  template <class F>
  void each_deadline(const Field& field, F&& f) {
    const std::vector<double> values = numbers(field);
    if (values.size() != deadlines_.size()) {
      complain(field.path, fmt::format("has {} numbers for {} deadlines", values.size(), deadlines_.size()));
    }
    for (std::size_t k = 0; !error_ && k < values.size(); ++k) f(values[k], deadlines_[k]);
  }

  void read_row(const Field& field, Row row, PaperResults::AtDeadline& to) {
    each_deadline(field, [&](double value, unsigned deadline) {
      to[{row.method, row.blocks, deadline}] = known(value, std::nullopt, kPaperApproximateTrials);
    });
  }

  // Standard errors are there for some rows only.
  void read_errors(const Field& g1, PaperMethod method) {
    const std::string key = fmt::format("{}_std_error", key_of(method));
    if (error_ || !g1.json.contains(key)) return;
    each_blocks(member(g1, key), [&](std::size_t blocks, const Field& f) {
      each_deadline(f, [&](double value, unsigned deadline) {
        const auto row = results_.norms_.find({method, blocks, deadline});
        if (row == results_.norms_.end()) return complain(f.path, "belongs to no row");
        row->second = known(row->second.mean, value, kPaperApproximateTrials);
      });
    });
  }

  std::string_view name_;
  std::optional<Error> error_;
  PaperResults results_;
  std::vector<unsigned> deadlines_;
};

Result<PaperResults> PaperResults::parse(std::string_view text, std::string_view name) {
  return PaperReader(name).read(text);
}

namespace {

template <class Map, class Key>
std::optional<Published> find(const Map& map, const Key& key) {
  const auto it = map.find(key);
  return it == map.end() ? std::nullopt : std::optional<Published>(it->second);
}

}  // namespace

std::optional<Published> PaperResults::time(std::string_view scheme, PaperMethod method,
                                            std::size_t blocks) const {
  return find(times_, std::tuple(std::string(scheme), method, blocks));
}
std::optional<Published> PaperResults::norm(PaperMethod method, std::size_t blocks, unsigned deadline) const {
  return find(norms_, std::tuple(method, blocks, deadline));
}
std::optional<Published> PaperResults::square(PaperMethod method, std::size_t blocks,
                                              unsigned deadline) const {
  return find(squares_, std::tuple(method, blocks, deadline));
}

}  // namespace gleaner
