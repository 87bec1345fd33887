#include "data/load.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "data/test_files.h"
#include "support/shared_data.h"

namespace gleaner {
namespace {

using ::gleaner::test::TempFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Dataset> read(std::string_view text, DataSpec spec = {}) {
  spec.format = DataFormat::libsvm;
  return test::read_text("file", text, std::move(spec));
}

std::string error_of(std::string_view text, const DataSpec& spec = {}) {
  const Result<Dataset> data = read(text, spec);
  EXPECT_FALSE(data.ok()) << text;
  return data.ok() ? std::string() : data.error().sentence();
}

TEST(Libsvm, ReadsRowsAsTheyStand) {
  const Result<Dataset> read_data = read("-1 1:0.5 3:+2 7:-1e-3  \n\n# a remark\n+1\n-1 2:0 4:1 # here too");
  ASSERT_TRUE(read_data.ok()) << read_data.error().sentence();
  const Dataset& data = read_data.value();
  EXPECT_EQ(data.rows, 3U);
  EXPECT_EQ(data.features, 7U);
  EXPECT_EQ(data.classes, 2U);
  EXPECT_TRUE(data.is_sparse());
  EXPECT_THAT(data.offsets, ElementsAre(0, 3, 3, 4));
  EXPECT_THAT(data.columns, ElementsAre(0, 2, 6, 3));
  EXPECT_THAT(data.values, ElementsAre(0.5F, 2.0F, -1e-3F, 1.0F));
  EXPECT_THAT(data.labels, ElementsAre(0, 1, 0));
}

TEST(Libsvm, LineEndsMayBeThoseOfWindowsAndMayLackAtTheEnd) {
  const Dataset unix_lines = read("0 1:1\n1 2:1\n").value();
  EXPECT_EQ(read("0 1:1\r\n1 2:1").value(), unix_lines);
  EXPECT_EQ(read("0\t1:1\n1 2:1").value(), unix_lines);
}

TEST(Libsvm, HasAtLeastTheFeaturesAskedFor) {
  EXPECT_EQ(read("0 3:1\n1\n", {.features_min = 10}).value().features, 10U);
  EXPECT_EQ(read("0 30:1\n1\n", {.features_min = 10}).value().features, 30U);
}

TEST(Libsvm, ATestFileMayNameFewerFeaturesButNotMore) {
  const Schema training{.features = 10, .class_names = {"0", "1"}};
  EXPECT_EQ(read("0 3:1\n", {.schema = training}).value().features, 10U);
  EXPECT_THAT(
      error_of("0 3:1\n1 4:1 11:0\n", {.schema = training}),
      HasSubstr("file:2: found '11:0', expected a feature in 1..10, as the training set has; leave it away, "
                "or train with --features 11 or more"));
}

TEST(Libsvm, ReadsTargets) {
  const Dataset data = read("0.5 1:1\n-3e2\n", {.targets = true}).value();
  EXPECT_THAT(data.targets, ElementsAre(0.5F, -300.0F));
  EXPECT_TRUE(data.labels.empty());
  EXPECT_EQ(data.classes, 0U);
}

TEST(Libsvm, NamesTheLineAndWhatWasExpectedThere) {
  EXPECT_THAT(error_of("0 1:1\nhello 1:1\n"), HasSubstr("file:2: found 'hello', expected a label"));
  EXPECT_THAT(error_of("0 1:1\n\n1 2\n"), HasSubstr("file:3: found '2', expected FEATURE:VALUE"));
  EXPECT_THAT(error_of("0 0:1\n"), HasSubstr("found '0:1', expected a feature number in 1.."));
  EXPECT_THAT(error_of("0 -3:1\n"), HasSubstr("expected a feature number"));
  EXPECT_THAT(error_of("0 99999999999:1\n"), HasSubstr("expected a feature number"));
  EXPECT_THAT(error_of("0 4:1 4:2\n"), HasSubstr("expected a feature above 4"));
  EXPECT_THAT(error_of("0 5:1 4:2\n"), HasSubstr("expected a feature above 5"));
  EXPECT_THAT(error_of("0 5:\n"), HasSubstr("expected a finite value"));
  EXPECT_THAT(error_of("0 5:nan\n"), HasSubstr("expected a finite value"));
  EXPECT_THAT(error_of("0 5:1e39\n"), HasSubstr("expected a finite value"));
  EXPECT_THAT(error_of("0 5:1x\n"), HasSubstr("expected a finite value"));
  EXPECT_THAT(error_of("0.5 5:1\n"), HasSubstr("file:1: found '0.5', expected a label"));
  EXPECT_THAT(error_of("0\ninf 5:1\n"), HasSubstr("file:2: found 'inf', expected a label"));
  EXPECT_THAT(error_of("nan 5:1\n"), HasSubstr("expected a label"));
  EXPECT_THAT(error_of("0 qid:3 5:1\n"), HasSubstr("expected a feature number"));
  EXPECT_THAT(error_of(""), HasSubstr("no samples"));
  EXPECT_THAT(error_of("# nothing\n"), HasSubstr("no samples"));
}

TEST(Libsvm, ShowsStrangeBytesAsQuestionMarksAndCutsThem) {
  EXPECT_THAT(error_of("\x01"), HasSubstr("found '?'"));
  EXPECT_THAT(error_of(std::string(5000, 'x')), HasSubstr("xxx..',"));
}

TEST(Libsvm, ReadsTheReferenceSets) {
  GLEANER_SHARED_FILE(path, "data/a8a.t");  // its last line has no line end
  const Result<Dataset> data = load_dataset({.data = path});
  ASSERT_TRUE(data.ok()) << data.error().sentence();
  EXPECT_EQ(data.value().rows, 9865U);
  EXPECT_THAT(data.value().class_names, ElementsAre("-1", "1"));
  EXPECT_EQ(data.value().columns.back(), 82U);
}

// What a file means can be written down again and read back.
RC_GTEST_PROP(Libsvm, ReadsWhatWasWritten, ()) {
  std::string text;
  std::vector<float> values;
  const auto rows = *rc::gen::inRange(1, 20);
  for (int row = 0; row < rows; ++row) {
    text += std::to_string(row % 2);
    for (std::uint32_t feature = 1; feature < 30; feature += *rc::gen::inRange<std::uint32_t>(1, 9)) {
      values.push_back(static_cast<float>(*rc::gen::inRange(1, 1000)) / 8);
      text += fmt::format(" {}:{}", feature, values.back());
    }
    text += "\n";
  }
  const Result<Dataset> data = read(text, {.classes = 2});
  RC_ASSERT(data.ok());
  RC_ASSERT(data.value().rows == static_cast<std::size_t>(rows));
  RC_ASSERT(data.value().values == values);
}

RC_GTEST_PROP(Libsvm, SurvivesCutAndChangedFiles, ()) {
  std::string text = "-1 3:1 11:1 14:0.25\n+1 2:1 6:-1e3\n-1 1:1\n";
  text.resize(*rc::gen::inRange<std::size_t>(0, text.size() + 1));
  for (int changes = *rc::gen::inRange(0, 5); changes > 0 && !text.empty(); --changes)
    text[*rc::gen::inRange<std::size_t>(0, text.size())] =
        *rc::gen::oneOf(rc::gen::arbitrary<char>(), rc::gen::elementOf(std::string("0123456789:-+.e \n#")));
  const Result<Dataset> data = read(text);
  if (!data.ok()) {
    RC_ASSERT(data.error().what.find("file") != std::string::npos);
    return;
  }
  const Dataset& d = data.value();
  RC_ASSERT(d.labels.size() == d.rows && d.offsets.size() == d.rows + 1);
  RC_ASSERT(d.offsets.back() == d.columns.size() && d.columns.size() == d.values.size());
  for (const std::uint32_t column : d.columns) RC_ASSERT(column < d.features);
  for (const float label : d.labels) RC_ASSERT(label >= 0 && label < static_cast<float>(d.classes));
}

}  // namespace
}  // namespace gleaner
