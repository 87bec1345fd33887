#include "training/build_objective.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "training/samples.h"

namespace gleaner {
namespace {

Result<std::unique_ptr<Objective>> make_built_in(const ObjectiveChoice& choice, const Dataset& data,
                                                 std::vector<IndexRange> chunk_rows) {
  const Samples samples = samples_of(data);
  if (choice.name == "logistic" && data.classes > 2) {
    return bad_input(fmt::format("--objective logistic is for 2 classes, {} has {}", data.name, data.classes),
                     "use --objective softmax");
  }
  const std::size_t classes = std::max<std::size_t>(2, data.classes);
  if (choice.name == "logistic") return make_logistic(samples, std::move(chunk_rows), choice.mini);
  if (choice.name == "linear") return make_linear(samples, std::move(chunk_rows), choice.mini);
  if (choice.name == "softmax") return make_softmax(samples, classes, std::move(chunk_rows), choice.mini);
  if (choice.name != "mlp") {
    return bad_input(fmt::format("there is no objective \"{}\"", choice.name),
                     "name softmax, logistic, linear or mlp");
  }
  Result<std::vector<std::size_t>> hidden = parse_hidden(choice.hidden);
  if (!hidden) return hidden.error();
  return make_mlp(samples, classes, std::move(hidden).value(), std::move(chunk_rows), choice.mini);
}

Result<std::shared_ptr<const Objective>> make(const ObjectiveChoice& choice, const Dataset& data,
                                              std::vector<IndexRange> chunk_rows) {
  if (choice.maker) return choice.maker(data, std::move(chunk_rows), choice.mini);
  Result<std::unique_ptr<Objective>> made = make_built_in(choice, data, std::move(chunk_rows));
  if (!made) return made.error();
  return std::shared_ptr<const Objective>(std::move(made).value());
}

}  // namespace

Result<std::shared_ptr<const Objective>> build_objective(const ObjectiveChoice& choice, const Dataset& data,
                                                         std::vector<IndexRange> chunk_rows) {
  std::vector<std::size_t> sizes;
  for (const IndexRange& range : chunk_rows) sizes.push_back(range.size());
  Result<std::shared_ptr<const Objective>> made = make(choice, data, std::move(chunk_rows));
  if (!made || !choice.local.on()) return made;
  return make_local_updates(std::move(made).value(), choice.local, std::move(sizes));
}

}  // namespace gleaner
