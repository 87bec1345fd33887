// A line of a scenario as words: "lose worker=3" is the name "lose" and the value "3" of "worker".
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coding/plan.h"
#include "protocol/server_options.h"
#include "support/toy_vectors.h"

namespace gleaner::test {

struct ScenarioLine {
  std::string name;
  std::vector<std::string> words;             ///< without "="
  std::map<std::string, std::string> values;  ///< with "="

  static ScenarioLine parse(const std::string& line) {
    ScenarioLine l;
    std::istringstream in(line);
    in >> l.name;
    for (std::string word; in >> word;) {
      const auto equals = word.find('=');
      if (equals == std::string::npos) {
        l.words.push_back(word);
      } else {
        l.values[word.substr(0, equals)] = word.substr(equals + 1);
      }
    }
    return l;
  }

  [[nodiscard]] bool has(const std::string& word) const {
    for (const std::string& w : words) {
      if (w == word) return true;
    }
    return values.contains(word);
  }
  [[nodiscard]] std::string text(const std::string& key, const std::string& otherwise) const {
    const auto it = values.find(key);
    return it == values.end() ? otherwise : it->second;
  }
  [[nodiscard]] std::uint32_t number(const std::string& key, std::uint32_t otherwise) const {
    const auto it = values.find(key);
    return it == values.end() ? otherwise : static_cast<std::uint32_t>(std::stoul(it->second));
  }
};

/// "100ms" or "2s".
inline Duration duration_of(const std::string& text) {
  const double count = std::stod(text);
  return from_seconds(text.ends_with("ms") ? count / 1000 : count);
}

/// recovery=exact|deadline:100ms|residual:0.4 unrecoverable=stop|approximate|wait:2s term=1
/// policy=static|skip|replan margin=0
inline ServerOptions options_of(const ScenarioLine& l) {
  ServerOptions o;
  o.term = Term(l.number("term", 1));
  const std::string recovery = l.text("recovery", "exact");
  if (recovery.starts_with("deadline:")) {
    o.recovery.kind = Recovery::Kind::deadline;
    o.recovery.deadline = duration_of(recovery.substr(9));
  } else if (recovery.starts_with("residual:")) {
    o.recovery.kind = Recovery::Kind::residual;
    o.recovery.residual = std::stod(recovery.substr(9));
  }
  const std::string unrecoverable = l.text("unrecoverable", "stop");
  if (unrecoverable == "approximate") o.when_unrecoverable = WhenUnrecoverable::approximate;
  if (unrecoverable.starts_with("wait:")) {
    o.when_unrecoverable = WhenUnrecoverable::wait;
    o.wait = duration_of(unrecoverable.substr(5));
  }
  const std::string policy = l.text("policy", "static");
  if (policy == "skip") o.policy = Policy::skip;
  if (policy == "replan") o.policy = Policy::replan;
  o.margin = l.number("margin", 0);
  return o;
}

/// "0,1/1,2/2" names the holders of chunk 0, of chunk 1, ..
inline Assignment assignment_of(const ScenarioLine& l) {
  if (l.has("cyclic")) {
    return Assignment::cyclic(l.number("chunks", 4), l.number("workers", 4), l.number("replication", 2))
        .value();
  }
  std::vector<std::pair<ChunkId, WorkerId>> pairs;
  std::istringstream chunks(l.text("holders", ""));
  std::uint32_t chunk = 0;
  std::uint32_t workers = 0;
  for (std::string holders; std::getline(chunks, holders, '/'); ++chunk) {
    std::istringstream in(holders);
    for (std::string worker; std::getline(in, worker, ',');) {
      pairs.emplace_back(chunk, std::stoul(worker));
      workers = std::max(workers, pairs.back().second.value + 1);
    }
  }
  return Assignment::from_pairs(chunk, workers, pairs).value();
}

/// cyclic chunks= workers= replication= | holders=; blocks=1 method=partial order=optimal|ascending
inline std::shared_ptr<const Plan> plan_of(const ScenarioLine& l) {
  const Assignment a = assignment_of(l);
  const std::uint32_t blocks = l.number("blocks", 1);
  const std::string name = l.text("method", "partial");
  const Method method = name == "original"  ? Method::original
                        : name == "uncoded" ? Method::uncoded
                                            : Method::partial;
  Frame frame = blocks == 1 ? Frame::ones(a.workers()) : Frame::coloured(a, blocks, 1);
  const Ordering order =
      l.text("order", "optimal") == "ascending" ? Ordering::ascending(a) : Ordering::optimal(a);
  return std::make_shared<const Plan>(Plan::make(method, a, order, std::move(frame)).value());
}

}  // namespace gleaner::test
