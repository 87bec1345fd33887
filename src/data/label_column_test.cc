#include "data/label_column.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

namespace gleaner {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<Dataset> number(const std::vector<std::string>& texts, const LabelOptions& options = {}) {
  const std::filesystem::path path = "file";
  LabelColumn column(path, Place::Unit::line, options);
  std::uint64_t line = 10;
  for (const std::string& text : texts) {
    if (Status added = column.add(text, line++); !added) return added.error();
  }
  Dataset data;
  if (Status done = column.finish(data); !done) return done.error();
  return data;
}

std::string error_of(const std::vector<std::string>& texts, const LabelOptions& options = {}) {
  const Result<Dataset> data = number(texts, options);
  EXPECT_FALSE(data.ok());
  return data.ok() ? std::string() : data.error().sentence();
}

struct Case {
  std::vector<std::string> texts;
  std::vector<std::string> names;
  std::vector<float> labels;
  std::size_t classes = 0;  // as expected with --classes
};

TEST(LabelColumn, NumbersTheLabelsThatPeopleHave) {
  const std::vector<Case> cases{
      {{"-1", "+1", "1"}, {"-1", "1"}, {0, 1, 1}},
      {{"0", "1"}, {"0", "1"}, {0, 1}},
      {{"1", "3", "2", "1.0"}, {"1", "2", "3"}, {0, 2, 1, 0}},
      {{"30", "-7", "4", "100"}, {"-7", "4", "30", "100"}, {2, 0, 1, 3}},
      {{"-0", "0", "5"}, {"0", "5"}, {0, 0, 1}},
      {{"virginica", "setosa", "virginica"}, {"setosa", "virginica"}, {1, 0, 1}},
      {{"b", "B", "a b"}, {"B", "a b", "b"}, {2, 0, 1}},
      {{"3", "0"}, {"0", "1", "2", "3"}, {3, 0}, 4},
      {{"3", "1"}, {"1", "2", "3"}, {2, 0}, 3},
      {{"1", "1"}, {"0", "1"}, {1, 1}, 2},
      {{"-1", "-1"}, {"-1", "1"}, {0, 0}, 2},
      {{"7", "9"}, {"7", "9"}, {0, 1}, 2},
  };
  for (const Case& c : cases) {
    const Result<Dataset> data = number(c.texts, {.classes = c.classes});
    ASSERT_TRUE(data.ok()) << data.error().sentence();
    EXPECT_EQ(data.value().class_names, c.names);
    EXPECT_EQ(data.value().labels, c.labels);
    EXPECT_EQ(data.value().classes, c.names.size());
    EXPECT_THAT(data.value().targets, IsEmpty());
  }
}

TEST(LabelColumn, ATestSetIsNumberedAsItsTrainingSet) {
  EXPECT_THAT(number({"3", "+1"}, {.class_names = {"1", "2", "3"}}).value().labels, ElementsAre(2, 0));
  EXPECT_THAT(number({"b"}, {.class_names = {"a", "b"}}).value().labels, ElementsAre(1));
  EXPECT_EQ(number({"b"}, {.class_names = {"a", "b"}}).value().classes, 2U);
  EXPECT_THAT(error_of({"1", "4", "5"}, {.class_names = {"1", "2"}}),
              HasSubstr("file:11: found '4', expected a label of the training set: '1', '2'; "));
  EXPECT_THAT(error_of({"c"}, {.class_names = {"a", "b"}}), HasSubstr("file:10: found 'c'"));
}

TEST(LabelColumn, ReadsTargets) {
  const Dataset data = number({"1.5", "+2", "-1e-3", "1e-60"}, {.targets = true}).value();
  EXPECT_THAT(data.targets, ElementsAre(1.5F, 2.0F, -1e-3F, 0.0F));
  EXPECT_THAT(data.labels, IsEmpty());
  EXPECT_THAT(data.class_names, IsEmpty());
  EXPECT_EQ(data.classes, 0U);
  EXPECT_EQ(data.rows, 4U);
  EXPECT_THAT(error_of({"1", "cat"}, {.targets = true}),
              HasSubstr("file:11: found 'cat', expected a finite number"));
  EXPECT_THAT(error_of({"inf"}, {.targets = true}), HasSubstr("file:10: found 'inf'"));
  EXPECT_THAT(error_of({"1e39"}, {.targets = true}), HasSubstr("found '1e39'"));
}

TEST(LabelColumn, RefusesWhatIsNoLabel) {
  EXPECT_THAT(error_of({"1", "x", "2"}),
              HasSubstr("file:11: found 'x', expected a number as a label, as '1' is at line 10"));
  EXPECT_THAT(error_of({"x", "y", "2"}), HasSubstr("file:12: found '2', expected a word as a label, as 'x'"));
  EXPECT_THAT(error_of({"1", "0.5"}),
              HasSubstr("file:11: found '0.5', expected a label: a whole number or a word; "));
  EXPECT_THAT(error_of({"1", "0.5"}), HasSubstr("--objective linear"));
  EXPECT_THAT(error_of({"1", "1e300"}), HasSubstr("found '1e300', expected a label"));
  for (const char* const missing : {"", "NA", "nan", "?", "None", "NULL", "n/a"})
    EXPECT_THAT(error_of({"1", missing}),
                HasSubstr(std::string("file:11: found '") + missing + "', expected a label"));
  EXPECT_THAT(error_of({"5", "5"}), HasSubstr("file has one label only, '5'"));
  EXPECT_THAT(error_of({"a", "a"}), HasSubstr("one label only, 'a'"));
}

TEST(LabelColumn, RefusesAnotherNumberOfClasses) {
  EXPECT_THAT(error_of({"1", "2", "3"}, {.classes = 2}),
              HasSubstr("file has 3 different labels, expected 2"));
  EXPECT_THAT(error_of({"a", "b"}, {.classes = 3}), HasSubstr("2 different labels, 'a', 'b', expected 3"));
  EXPECT_THAT(error_of({"-5", "2"}, {.classes = 3}), HasSubstr("from -5 to 2, expected 3 classes"));
}

TEST(LabelColumn, RefusesLabelsThatAreRowNumbers) {
  std::vector<std::string> texts;
  for (int i = 0; i <= 65536; ++i) texts.push_back(std::to_string(i));
  EXPECT_THAT(error_of(texts),
              HasSubstr("file:65546: found '65536', expected at most 65536 different labels"));
  texts.pop_back();
  EXPECT_EQ(number(texts).value().classes, 65536U);
}

// The twin: a sorted set of numbers, and its positions.
RC_GTEST_PROP(LabelColumn, NumbersInNumericOrder, ()) {
  const auto labels = *rc::gen::container<std::vector<int>>(rc::gen::inRange(-9, 9));
  const std::set<int> sorted(labels.begin(), labels.end());
  RC_PRE(sorted.size() >= 2);
  std::vector<std::string> texts;
  const std::filesystem::path path = "file";
  LabelColumn by_number(path, Place::Unit::byte, {});
  for (const int label : labels) {
    texts.push_back(std::to_string(label));
    RC_ASSERT(by_number.add(static_cast<double>(label), 0).ok());
  }
  const Dataset data = number(texts).value();
  RC_ASSERT(data.classes == sorted.size());
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const auto c = static_cast<std::size_t>(std::distance(sorted.begin(), sorted.find(labels[row])));
    RC_ASSERT(data.labels[row] == static_cast<float>(c));
    RC_ASSERT(data.class_names[c] == texts[row]);
  }
  Dataset same;
  RC_ASSERT(by_number.finish(same).ok());
  RC_ASSERT(same == data);
}

}  // namespace
}  // namespace gleaner
