#include "app/load_data.h"

#include <string_view>

#include <fmt/format.h>

#include "app/charlm_spec.h"
#include "app/load_tensors.h"
#include "data/synthetic.h"
#include "data/text.h"

namespace gleaner {
namespace {

// The built-in data: about as large and as hard as 10,000 handwritten digits.
constexpr std::size_t kSyntheticRows = 10000;
constexpr std::size_t kSyntheticFeatures = 784;
constexpr double kSyntheticTestFraction = 0.2;
constexpr double kTextTestFraction = 0.1;

// Labels are numbers to be met, and no classes.
bool wants_targets(const TrainOptions& o) {
  return o.objective == "linear" || (o.objective == "torchscript" && o.loss == "mse");
}

// The first flag that says something about files of which there are none.
std::string_view needs_data(const TrainOptions& o) {
  if (!o.labels.empty()) return "--labels";
  if (!o.test.empty()) return "--test";
  if (!o.test_labels.empty()) return "--test-labels";
  if (!o.label_column.empty()) return "--label-column";
  if (o.features > 0) return "--features";
  if (o.classes > 0) return "--classes";
  return o.format == "auto" ? "" : "--format";
}

Result<TrainTest> load_text(const TrainOptions& o) {
  if (!o.data.empty()) {
    return bad_input("--data means nothing for --objective charlm, which learns from text",
                     "give --text FILE instead");
  }
  const Result<CharlmShape> shape = parse_charlm(o.transformer);
  if (!shape) return shape.error();
  const Result<std::vector<std::filesystem::path>> files = text_files(paths_of_text(o.text));
  if (!files) return files.error();
  const Result<Dataset> text = load_characters(files.value(), shape.value().context);
  if (!text) return text.error();
  return split_tail(text.value(), o.test_fraction.value_or(kTextTestFraction));
}

}  // namespace

Result<TrainTest> load_data(const TrainOptions& o) {
  if (o.objective == "charlm") return load_text(o);
  const Result<DataFormat> format = parse_data_format(o.format);
  if (!format) return format.error();
  if (o.data.empty()) {
    if (const std::string_view flag = needs_data(o); !flag.empty()) {
      return bad_input(fmt::format("{} without --data", flag), "give the training samples with --data FILE");
    }
    const double fraction = o.test_fraction.value_or(kSyntheticTestFraction);
    if (wants_targets(o)) {
      return split_tail(synthetic_regression(kSyntheticRows, kSyntheticFeatures, o.plan.seed), fraction);
    }
    const std::size_t classes = o.objective == "logistic" ? 2 : 10;
    return split_tail(synthetic_classification(kSyntheticRows, kSyntheticFeatures, classes, o.plan.seed),
                      fraction);
  }
  if (!o.test_labels.empty() && o.test.empty()) {
    return bad_input("--test-labels without --test", "give the test samples with --test FILE");
  }
  DataSpec train;
  train.format = format.value();
  train.data = o.data;
  train.labels = o.labels;
  train.label_column = o.label_column;
  train.features_min = o.features;
  train.classes = o.classes;
  train.targets = wants_targets(o);
  if (!o.test.empty()) {
    if (o.test_fraction) {
      return bad_input("--test and --test-fraction both say what to test on", "give one of them");
    }
    DataSpec test = train;
    test.data = o.test;
    test.labels = o.test_labels;
    return load_train_test(train, test, load_any);
  }
  Result<Dataset> whole = load_any(train);
  if (!whole) return whole.error();
  return split_tail(whole.value(), o.test_fraction.value_or(0));
}

}  // namespace gleaner
