#include "data/csv.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <clocale>

#include "data/load.h"
#include "data/test_files.h"

namespace gleaner {
namespace {

using ::gleaner::test::TempFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Dataset> read(std::string_view text, DataSpec spec = {}) {
  spec.format = DataFormat::csv;
  return test::read_text("file.csv", text, std::move(spec));
}

std::string error_of(std::string_view text, const DataSpec& spec = {}) {
  const Result<Dataset> data = read(text, spec);
  EXPECT_FALSE(data.ok()) << text;
  return data.ok() ? std::string() : data.error().sentence();
}

// Tables whose columns nobody named are saved with 0, 1, 2, .. above them.
TEST(Csv, AFirstLineThatCountsTheColumnsIsAHeader) {
  const Dataset counted = read("0,1,2\n5,6,0\n7,8,1\n").value();
  EXPECT_EQ(counted.rows, 2U);
  EXPECT_EQ(counted.classes, 2U);
  EXPECT_THAT(counted.feature_names, ElementsAre("0", "1"));
  EXPECT_EQ(read("0,1,3\n5,6,0\n7,8,1\n").value().rows, 3U);  // does not count
  EXPECT_EQ(read("0,1\n5,0\n7,1\n").value().rows, 3U);        // two columns may well be a sample
}

TEST(Csv, ReadsATableWithAHeader) {
  const Result<Dataset> data = read("age,income,bought\n20,1.5,no\n35,-2e3,yes\n50,+.25,no\n");
  ASSERT_TRUE(data.ok()) << data.error().sentence();
  EXPECT_EQ(data.value().rows, 3U);
  EXPECT_EQ(data.value().features, 2U);
  EXPECT_FALSE(data.value().is_sparse());
  EXPECT_THAT(data.value().dense, ElementsAre(20, 1.5F, 35, -2000, 50, 0.25F));
  EXPECT_THAT(data.value().labels, ElementsAre(0, 1, 0));
  EXPECT_THAT(data.value().class_names, ElementsAre("no", "yes"));
  EXPECT_THAT(data.value().feature_names, ElementsAre("age", "income"));
  EXPECT_EQ(data.value().label_column, 2U);
  EXPECT_EQ(data.value().name, "file.csv");
}

TEST(Csv, TheSameTableInAllItsSpellings) {
  const Dataset plain = read("a,b,label\n1,2,x\n3,4.5,y\n").value();
  for (const char* const text : {
           "a;b;label\n1;2;x\n3;4.5;y\n",
           "a\tb\tlabel\n1\t2\tx\n3\t4.5\ty\n",
           "a,b,label\r\n1,2,x\r\n3,4.5,y\r\n",
           "a,b,label\n1,2,x\n3,4.5,y",
           "\n  \na,b,label\n\n1,2,x\n\r\n3,4.5,y\n\n\n",
           "\"a\",\"b\",\"label\"\n\"1\",2,\"x\"\n3,\"4.5\",y\n",
           " a , b,label \n 1 ,2 , x\n  3,\t4.5,y\n",
           " \"a\" , b,label\n1, \"2\" ,x\n3,4.5,y\n",
           "\xEF\xBB\xBF"
           "a,b,label\n1,2,x\n3,4.5,y\n",
           "# a,b,label\n1,2,x\n3,4.5,y\n",
           "a,b,label\n+1,2.0,x\n3e0,0.45e1,y\n",
       }) {
    const Result<Dataset> data = read(text);
    ASSERT_TRUE(data.ok()) << text << data.error().sentence();
    EXPECT_EQ(data.value(), plain) << text;
  }
}

TEST(Csv, ReadsGzipWhateverItsName) {
  const TempFolder folder;
  const Result<Dataset> data = load_dataset({.data = folder.gzip_file("x", "a,b,y\n1,2,0\n3,4,1\n")});
  ASSERT_TRUE(data.ok()) << data.error().sentence();
  EXPECT_THAT(data.value().dense, ElementsAre(1, 2, 3, 4));
}

TEST(Csv, FindsTheHeader) {
  const auto rows = [](const char* text) { return read(text, {.classes = 0}).value().rows; };
  EXPECT_EQ(rows("1,2,0\n3,4,1\n"), 2U);
  EXPECT_EQ(rows("1,2,no\n3,4,yes\n"), 2U);          // a word as label is no header
  EXPECT_EQ(rows("1,2,y\n3,4,n\n"), 2U);             // y and n
  EXPECT_EQ(rows("0,1,label\n3,4,n\n5,6,m\n"), 2U);  // numbers as names, as pandas writes them
  EXPECT_EQ(rows("0,1,y\n3,4,1\n5,6,0\n"), 2U);      // a word above a number
  EXPECT_EQ(rows("a,1,y\n3,4,1\n5,6,0\n"), 2U);
  EXPECT_EQ(rows("1,2,3\n3,4,4\n"), 2U);
}

TEST(Csv, FindsTheLabelColumn) {
  const auto column = [](const char* header, const std::string& flag = "") {
    const Result<Dataset> data = read(fmt::format("{}\n1,2,3\n4,5,6\n", header), {.label_column = flag});
    EXPECT_TRUE(data.ok()) << data.error().sentence();
    return *data.value().label_column;
  };
  EXPECT_EQ(column("a,b,c"), 2U);
  EXPECT_EQ(column("a,Label,c"), 1U);
  EXPECT_EQ(column("TARGET,b,c"), 0U);
  EXPECT_EQ(column("class,label,c"), 1U);
  EXPECT_EQ(column("x,y,class"), 2U);
  EXPECT_EQ(column("label,b,y"), 2U);
  EXPECT_EQ(column("a,b,c", "b"), 1U);
  EXPECT_EQ(column("a,b,label", "0"), 0U);
  EXPECT_EQ(column("label,b,c", "last"), 2U);
  EXPECT_EQ(column("last,b,c", "last"), 0U);
  EXPECT_EQ(column("7,8,9", "1"), 1U);
  EXPECT_EQ(read("no,1,2\nyes,3,4\n", {.label_column = "0"}).value().rows, 2U);
  EXPECT_EQ(read("0,b,1\n2,3,4\n5,6,7\n", {.label_column = "b"}).value().rows, 2U);
}

TEST(Csv, ReadsTargets) {
  const Dataset data = read("a,price\n1,2.5\n3,-7\n", {.targets = true}).value();
  EXPECT_THAT(data.targets, ElementsAre(2.5F, -7));
  EXPECT_THAT(error_of("a,price\n1,2.5\n3,cheap\n", {.targets = true}),
              HasSubstr("file.csv:3: found 'cheap'"));
}

TEST(Csv, UnquotesFields) {
  const Dataset data = read("\"a,b\",\"the \"\"c\"\"\",label\n1,2,\"x, y\"\n3,4,\"\"\"z\"\"\"\n").value();
  EXPECT_THAT(data.feature_names, ElementsAre("a,b", "the \"c\""));
  EXPECT_THAT(data.class_names, ElementsAre("\"z\"", "x, y"));
}

// A decimal comma in the locale must not matter.
TEST(Csv, NumbersDoNotDependOnTheLocale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  const bool other = std::setlocale(LC_ALL, "de_DE.UTF-8") != nullptr;
  const Result<Dataset> data = read("1.5,0\n2.5,1\n");
  if (other) std::setlocale(LC_ALL, before.c_str());
  EXPECT_THAT(data.value().dense, ElementsAre(1.5F, 2.5F));
}

struct Bad {
  const char* text;
  const char* message;
  DataSpec spec{};
};

TEST(Csv, SaysWhatIsWrongAndWhere) {
  const Schema ab{.features = 2, .class_names = {"0", "1"}, .feature_names = {"a", "b"}, .label_column = 2};
  const std::vector<Bad> cases{
      {"", "file.csv has no samples; name a file"},
      {"\n \n", "file.csv has no samples"},
      {"a,b,y\n", "file.csv has no samples"},
      {"1\n2\n", "file.csv:1: found one column, expected features and a label; separate the columns by"},
      {"#\n1,2,0\n", "file.csv:1: found one column"},
      {"1 2 0\n", "file.csv:1: found one column"},
      {"a,b,y\n1,,0\n", "file.csv:2: column 'b' has no value (found ''), expected a number; fill in missing"},
      {"a,b,y\n1,2,0\n\nNA,2,0\n", "file.csv:4: column 'a' has no value (found 'NA')"},
      {"1,2,0\n1,nan,0\n", "file.csv:2: column 1 (counted from 0) has no value (found 'nan')"},
      {"a,b,y\n1,2,\n", "file.csv:2: found '', expected a label"},
      {"a,b,y\n1,red,0\n",
       "file.csv:2: column 'b' has 'red', expected a number; turn its categories into numbers"},
      {"a,b,y\n1,red,0\n", "--label-column 'b'"},
      {"a;b;y\n1;2,5;0\n", "file.csv:2: column 'b' has '2,5', expected a number; write a decimal point"},
      {"a,b,y\n1,inf,0\n", "file.csv:2: column 'b' has 'inf', expected a finite number"},
      {"a,b,y\n1,1e39,0\n", "'1e39', expected a finite number"},
      {"a,b,y\n1,1x,0\n", "column 'b' has '1x'"},
      {"a,b,y\n1,0x1F,0\n", "column 'b' has '0x1F'"},
      {"a,b,y\n1,2,0\n1,2\n", "file.csv:3: found 2 columns, expected 3 as in line 1; give every row"},
      {"a,b,y\n1,2,0\n1,2,0,1\n", "file.csv:3: found 4 columns, expected 3"},
      {"a,b,y\n1,2,0\n1,2,0,\n", "file.csv:3: found 4 columns, expected 3"},
      {"a,b,y\n1,2,0\n1,x,y,1\n", "file.csv:3: found 4 columns, expected 3"},
      {"a,b,y\n1,2,0\n\"1,2,0\n", "file.csv:3: found a quoted field that does not end"},
      {"a,b,y\n1,2,0\n1,\"2\"3,0\n", "file.csv:3: found a quoted field that does not end"},
      {"a,b,y\n1,2,\"x\n", "file.csv:2: found a quoted field that does not end"},
      {"\"a,b,y\n1,2,0\n", "file.csv:1: found a quoted field without its end"},
      {",a,y\n0,2,0\n1,3,1\n", "file.csv:1: the first column has no name, as when row numbers were saved"},
      {"a,b,y\n1,2,0\n3,4,0.5\n", "file.csv:3: found '0.5', expected a label: a whole number or a word"},
      {"a,b,y\n1,2,0\n3,4,one\n", "file.csv:3: found 'one', expected a number as a label"},
      {"a,b,c\n1,2,0\n",
       "file.csv:1: found no column 'z'; give --label-column one of: 'a, b, c'",
       {.label_column = "z"}},
      {"a,b,c\n1,2,0\n", "expected column 3 (counted from 0) to hold the labels", {.label_column = "3"}},
      {"a,b,b\n1,2,0\n", "file.csv:1: found several columns 'b'", {.label_column = "b"}},
      {"a,y\n1,0\n", "file.csv:1: found 2 columns, expected 3: 2 features and a label", {.schema = ab}},
      {"b,a,y\n1,2,0\n",
       "file.csv:1: found the feature 'b', expected 'a', which the training set has",
       {.schema = ab}},
      {"1,2,0\n1,2,7\n",
       "file.csv:2: found '7', expected a label of the training set: '0', '1'",
       {.schema = ab}},
  };
  for (const Bad& bad : cases) EXPECT_THAT(error_of(bad.text, bad.spec), HasSubstr(bad.message)) << bad.text;
}

TEST(Csv, ATestFileTakesTheLabelColumnOfItsTrainingFile) {
  const TempFolder folder;
  const auto train = folder.file("train.csv", "y,b,c\n0,1,2\n1,3,4\n");
  const auto headless = folder.file("test.csv", "1,5,6\n");
  const Dataset test = load_train_test({.data = train}, {.data = headless}).value().test;
  EXPECT_THAT(test.labels, ElementsAre(1));
  EXPECT_THAT(test.dense, ElementsAre(5, 6));
}

// What a table means can be written down in many ways and is read back the same.
RC_GTEST_PROP(Csv, ReadsWhatWasWritten, ()) {
  const char separator = *rc::gen::element(',', ';', '\t');
  const auto features = *rc::gen::inRange(1, 5);
  const auto label_column = *rc::gen::inRange(0, features + 1);
  const bool header = *rc::gen::arbitrary<bool>();
  const auto line_end = *rc::gen::element<std::string>("\n", "\r\n");
  const auto field = [](const std::string& text) {
    switch (*rc::gen::inRange(0, 4)) {
      case 0: return "\"" + text + "\"";
      case 1: return " " + text + " ";
      default: return text;
    }
  };
  std::string text;
  const auto put = [&](int column, const std::string& word) {
    text += (column > 0 ? std::string(1, separator) : "") + field(word);
  };
  if (header) {
    for (int c = 0; c <= features; ++c) put(c, fmt::format("name{}", c));
    text += line_end;
  }
  std::vector<float> values;
  std::vector<float> labels;
  const auto rows = *rc::gen::inRange(1, 20);
  for (int row = 0; row < rows; ++row) {
    for (int c = 0; c <= features; ++c) {
      if (c == label_column) {
        labels.push_back(static_cast<float>(*rc::gen::inRange(0, 2)));
        put(c, fmt::format("{}", labels.back()));
      } else {
        const auto mantissa = static_cast<float>(*rc::gen::arbitrary<std::int32_t>());
        values.push_back(std::ldexp(mantissa, *rc::gen::inRange(-60, 60)));
        put(c, fmt::format("{}", values.back()));
      }
    }
    text += line_end;
    if (*rc::gen::inRange(0, 5) == 0) text += line_end;
  }
  const Result<Dataset> data = read(text, {.classes = 2, .label_column = std::to_string(label_column)});
  if (!data) RC_FAIL(data.error().sentence());
  RC_ASSERT(data.value().dense == values);
  RC_ASSERT(data.value().labels == labels);
  RC_ASSERT(data.value().feature_names.empty() != header);
}

}  // namespace
}  // namespace gleaner
